// Takes in a machine that was installed by hand. In: a server, fingerprints of its keys, this machine's network cards.
// Out: a plan to look at, and after consent a machine that the nightly run keeps. Never: believes a key whose
// fingerprint it was not given; writes anything before consent; touches partition tables, fstab or the boot loader.
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keyFingerprint } from '../../contract/adoption.ts';
import { RefusedError } from '../../contract/client.ts';
import type { ServerClient } from '../../contract/client.ts';
import type { Lookup } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import { UserError } from '../../lib/errors.ts';
import type { Mac } from '../../lib/mac.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { KEYS_DIR, MACHINE_FILE, TOKEN_FILE, writeMachineState } from '../machine/machine-state.ts';
import type { MachineState } from '../machine/machine-state.ts';
import { runPartial } from '../nightly/run-partial.ts';
import type { PartialContext } from '../nightly/run-context.ts';

export type AdoptContext = {
  readonly root: string;
  readonly serverUrl: string;
  /** `SHA256:…` of each key that is to be believed, as `gutinteg claim` prints them. */
  readonly fingerprints: readonly string[];
  readonly macs: readonly Mac[];
  readonly secureBoot: PartialContext['secureBoot'];
  readonly hostname: string;
  /** With the PEM text of the keys whose answers are believed. */
  readonly connect: (publicKeys: readonly string[], token?: string) => ServerClient;
  readonly run: RunCommand;
  readonly agent: PartialContext['agent'];
  readonly now: () => number;
  /** Shown what would change; false ends it there. */
  readonly consent: (plan: Report, lookup: Lookup) => Promise<boolean>;
  /** The one-time token of `gutinteg claim`; asked for after consent. */
  readonly oneTimeToken: () => Promise<string>;
};

/**
 * Shows what would change, and after consent exchanges the one-time token, leaves the machine's state and runs once.
 * Undefined without consent: then nothing was written, here or on the server.
 * @throws UserError
 */
export async function adopt(context: AdoptContext): Promise<Report | undefined> {
  const { root, macs, hostname, connect } = context;
  if (await exists(join(root, MACHINE_FILE))) {
    throw new UserError(`${join(root, MACHINE_FILE)} is there: this machine has been installed or adopted already`, {
      exitCode: 2,
      hint: `gutinteg to bring it back to its description; to adopt it again, remove ${join(root, MACHINE_FILE)} first`,
    });
  }
  const publicKeys = await believedKeys(connect([]), context);
  const client = connect(publicKeys);
  const { mac, lookup } = await findEntry(client, context);
  const state = stateOf(context, { mac, lookup });
  const shared = { root, state, publicKeys, run: context.run, secureBoot: context.secureBoot, now: context.now };
  const careful = { allowMassDelete: false, contents: false };
  const about = { ...shared, ...careful, macs: async () => [mac] } satisfies Partial<PartialContext>;
  const plan = await runPartial({ ...about, mode: 'dry-run', client });
  if (!(await context.consent(plan, lookup))) return undefined;
  const { machineId, token } = await client.adopt(await context.oneTimeToken(), { macs: [...macs], hostname });
  if (machineId !== lookup.machineId) {
    throw new UserError(
      `the one-time token is for another machine than the one that ${context.serverUrl} has for ${mac}; nothing was changed`,
      { hint: `gutinteg claim ${lookup.name}   on the server` },
    );
  }
  await leaveState(root, { state, token, publicKeys });
  const { agent } = context;
  const more = agent === undefined ? {} : { agent };
  return runPartial({ ...about, ...more, mode: 'run', client: connect(publicKeys, token), adopting: true });
}

/** The keys that the server offers and whose fingerprints came another way. */
async function believedKeys(
  client: Pick<ServerClient, 'siteKeys'>,
  { fingerprints, serverUrl }: AdoptContext,
): Promise<string[]> {
  const offered = new Map((await client.siteKeys()).map((pem) => [fingerprintOf(pem), pem]));
  const believed = fingerprints.map((fingerprint) => offered.get(fingerprint));
  const missing = fingerprints.filter((_, index) => believed[index] === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `${serverUrl} does not have the key ${missing.join(', ')}; it offers ${[...offered.keys()].join(', ') || 'none'}. ` +
        'Nothing was changed',
      { exitCode: 2, hint: 'gutinteg claim HOST   on the server prints the fingerprints of its keys' },
    );
  }
  return believed.filter((pem) => pem !== undefined);
}

function fingerprintOf(pem: string): string {
  try {
    return keyFingerprint(pem);
  } catch (error) {
    // Node says ERR_OSSL_… and the like of text that is not a key.
    if (!(error instanceof Error && 'code' in error)) throw error;
    return 'a key that cannot be read';
  }
}

/** The one machine of the database that has one of these network cards. */
async function findEntry(client: ServerClient, context: AdoptContext): Promise<{ mac: Mac; lookup: Lookup }> {
  const found: { mac: Mac; lookup: Lookup }[] = [];
  for (const mac of context.macs) {
    try {
      found.push({ mac, lookup: await client.lookup(mac) });
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 404)) throw error;
    }
  }
  const [first] = found;
  const cards = context.macs.join(', ') || 'none';
  if (first === undefined) {
    throw new UserError(`no machine in the database of ${context.serverUrl} has a network card of this one: ${cards}`, {
      exitCode: 2,
      hint: 'add MAC= to its entry in the machine database, or give the right card with --mac',
    });
  }
  if (found.some(({ lookup }) => lookup.machineId !== first.lookup.machineId)) {
    const names = found.map(({ mac, lookup }) => `${mac} is ${lookup.name}`).join(', ');
    throw new UserError(`the network cards of this machine belong to several machines of the database: ${names}`, {
      exitCode: 2,
      hint: 'correct the machine database, or give one card with --mac',
    });
  }
  return first;
}

/** Without a layout: what is on the disks was made by somebody else, and stays that way. */
function stateOf({ serverUrl }: AdoptContext, { mac, lookup }: { mac: Mac; lookup: Lookup }): MachineState {
  return {
    format: 2,
    machineId: lookup.machineId,
    hostname: lookup.name,
    serverUrl,
    mac,
    consoles: [],
    generation: lookup.generation,
    data: [],
    bootLoader: [],
  };
}

/** machine.json comes last: without it the machine is not adopted. */
async function leaveState(
  root: string,
  { state, token, publicKeys }: { state: MachineState; token: string; publicKeys: readonly string[] },
): Promise<void> {
  const keysDir = join(root, KEYS_DIR);
  await mkdir(keysDir, { recursive: true, mode: 0o755 });
  // Keys of an earlier life are not believed any more.
  for (const name of await readdir(keysDir)) if (name.endsWith('.pub')) await rm(join(keysDir, name));
  for (const [index, pem] of publicKeys.entries()) await writeFileAtomically(join(keysDir, `${index}.pub`), pem);
  await writeFileAtomically(join(root, TOKEN_FILE), `${token}\n`, 0o600);
  await writeMachineState(state, root);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
