// A site in memory for tests.
import { generateKeyPairSync } from 'node:crypto';
import type { Lookup } from '../contract/lookup.ts';
import type { MachineSource, SiteMachine } from './machine-source.ts';

export const FAKE_MAC = '52:54:00:12:34:56';

/** What the fake site signs with. */
export const FAKE_SITE_KEY = generateKeyPairSync('ed25519');

export const fakeDigest = (letter: string): string => letter.repeat(64);

export type FakeSite = {
  readonly source: MachineSource;
  /** Replaces one machine's record, as an edit of the database would. */
  readonly edit: (name: string, record: Readonly<Record<string, string>>) => void;
  readonly rename: (name: string, to: string) => void;
};

type FakeMachine = {
  macs: readonly string[];
  record: Readonly<Record<string, string>>;
  uses?: readonly string[];
  verify?: SiteMachine['verify'];
};

/** A site in memory; its record digests are the records' JSON, which is as good as a hash for tests. */
export function createFakeSite(machines: Readonly<Record<string, FakeMachine>>): FakeSite {
  const all = new Map(Object.entries(machines));
  const siteMachine = (name: string, machine: FakeMachine): SiteMachine => ({
    name,
    macs: machine.macs,
    record: machine.record,
    recordDigest: JSON.stringify(machine.record),
    ...(machine.verify === undefined ? {} : { verify: machine.verify }),
    templateVariables: async () => machine.uses ?? [],
    describe: async (machineId): Promise<Lookup> => ({
      machineId,
      name,
      generation: fakeDigest('a'),
      record: machine.record,
      image: { name: 'debian-12-amd64', manifest: fakeDigest('b') },
      packages: [{ name: 'bash', priority: 50, manifest: fakeDigest('c') }],
    }),
  });
  const find = (fits: (entry: [string, FakeMachine]) => boolean): SiteMachine | undefined => {
    const found = [...all].find(fits);
    return found === undefined ? undefined : siteMachine(...found);
  };
  return {
    source: {
      lookupByMac: async (mac) => find(([, machine]) => machine.macs.includes(mac)),
      lookupByName: async (name) => find(([candidate]) => candidate === name),
      records: {
        byMac: (mac) => find(([, machine]) => machine.macs.includes(mac)),
        byName: (name) => find(([candidate]) => candidate === name),
        byIp: (ip) => find(([, machine]) => machine.record['IP'] === ip),
      },
      databaseStatus: () => ({ machines: all.size, readAtMs: 0, version: 1, reading: false, fault: null }),
    },
    edit(name, record) {
      const machine = all.get(name);
      if (machine !== undefined) all.set(name, { ...machine, record });
    },
    rename(name, to) {
      const machine = all.get(name);
      if (machine !== undefined) all.set(to, machine);
      all.delete(name);
    },
  };
}

/** One machine, `q-bert`, with an address of its own. */
export function oneMachineSite(record: Readonly<Record<string, string>> = {}): FakeSite {
  const all = { MAC: FAKE_MAC, HOSTNAME: 'q-bert', IP: '10.77.0.9', NETMASK: '255.255.255.0', ...record };
  return createFakeSite({ 'q-bert': { macs: [FAKE_MAC], record: all, uses: ['ROOT_PASSWORD_HASH'] } });
}
