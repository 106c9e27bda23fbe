// Collecting on a network of arrays: frames that come, frames that were sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { parseIpv4 } from '../../lib/ipv4.ts';
import { parseAddressRange } from './address-range.ts';
import { collectHosts } from './collect-hosts.ts';
import type { Collection } from './collect-hosts.ts';
import type { KnownHosts, NewHost } from './known-hosts.ts';
import { parseNamePattern } from './name-pattern.ts';
import { parseFrame } from './protocol/parse-frame.ts';
import { printArpProbe } from './protocol/print-arp-probe.ts';

const OWN = Uint8Array.of(0, 0x16, 0x3e, 0, 0, 0xff);
const cardBytes = (card: number) => Uint8Array.of(0, 0x16, 0x3e, 0, 0, card);

/** A card says that it has an address; without one, that it looks for another. */
function arp(card: number, ip = '0.0.0.0', target = '10.9.9.9'): Uint8Array {
  const frame = Buffer.from(printArpProbe(cardBytes(card), target));
  frame.writeUInt32BE(parseIpv4(ip) ?? 0, 28);
  return frame;
}

type Lab = Partial<Omit<Collection, 'hosts'>> & {
  readonly frames: readonly Uint8Array[];
  /** Addresses that answer, with the card that has them. */
  readonly answering?: ReadonlyMap<string, number>;
  readonly hosts?: Partial<KnownHosts>;
};

/** Runs until `count` cards were found or it fails; what was added, said and sent. */
async function collect({ frames, answering = new Map(), hosts, ...more }: Lab) {
  const added: NewHost[] = [];
  const said: string[] = [];
  const asked: string[] = [];
  const coming = [...frames];
  const send = (frame: Uint8Array) => {
    const probe = parseFrame(frame);
    if (probe?.by !== 'ARP') throw new Error('only probes are sent');
    asked.push(probe.target);
    const owner = answering.get(probe.target);
    if (owner !== undefined) coming.push(arp(owner, probe.target));
  };
  const nothing = { hasMac: () => false, hasIp: () => false, hasName: () => false };
  const found = collectHosts({
    network: { mac: OWN, receive: () => coming.shift(), send },
    hosts: {
      read: async () => ({
        ...nothing, // Card 9 is known from the start.
        hasMac: (mac) => mac.endsWith(':09') || added.some((host) => host.mac === mac),
      }),
      add: async (host) => {
        added.push(host);
        return `is ${host.hostname}, ${host.ip}`;
      },
      ...hosts,
    },
    choice: { pattern: parseNamePattern('n%d'), range: parseAddressRange('10.0.0.1-10.0.0.9') },
    allowLocal: false,
    count: 1,
    // Longer than the network is left alone between two looks.
    pauseMs: 120,
    signal: AbortSignal.timeout(20_000),
    say: (line) => said.push(line),
    ...more,
  });
  const error = await found.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { added: added.map(({ mac, hostname, ip }) => `${mac.slice(-2)} ${hostname} ${ip}`), said, asked, error };
}

test('three cards at once are added once each, after three probes of each address', async () => {
  const frames = [arp(1), arp(2), arp(1), arp(3), arp(2), arp(1)];
  const { added, asked, error } = await collect({ frames, count: 3 });
  assert.deepEqual(added.toSorted(), ['01 n1 10.0.0.1', '02 n2 10.0.0.2', '03 n3 10.0.0.3']);
  for (const ip of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) assert.equal(asked.filter((one) => one === ip).length, 3);
  assert.equal(error, undefined);
});

const notGiven: readonly [why: string, lab: Partial<Lab> & { frames: Uint8Array[] }, added: string][] = [
  ['answers', { frames: [arp(1)], answering: new Map([['10.0.0.1', 9]]) }, '01 n1 10.0.0.2'],
  ['is used by another card', { frames: [arp(9, '10.0.0.1'), arp(1)] }, '01 n1 10.0.0.2'],
  ['is used by the card itself', { frames: [arp(1, '10.0.0.1')] }, '01 n1 10.0.0.2'],
  [
    'is known',
    {
      frames: [arp(1)],
      hosts: {
        read: async () => ({ hasMac: () => false, hasIp: (ip) => ip === '10.0.0.1', hasName: (name) => name === 'n1' }),
      },
    },
    '01 n2 10.0.0.2',
  ],
];
for (const [why, lab, added] of notGiven) {
  test(`an address that ${why} is not given`, async () => assert.deepEqual((await collect(lab)).added, [added]));
}

test('an address that somebody else probes for at the same time is not given', async () => {
  const frames = [arp(1)];
  let sent = 0;
  const network = {
    mac: OWN,
    receive: () => frames.shift(),
    send: () => {
      sent += 1;
      if (sent === 2) frames.push(arp(9, '0.0.0.0', '10.0.0.1'));
    },
  };
  const { added, said } = await collect({ frames, network });
  assert.deepEqual(added, ['01 n1 10.0.0.2']);
  assert.match(said.join('\n'), /10\.0\.0\.1 is not given: 00:16:3E:00:00:09 has it/);
});

test('a host whose name or address was taken meanwhile is planned anew', async () => {
  let tries = 0;
  const hosts = { add: async ({ ip }: NewHost) => ((tries += 1) < 3 ? undefined : ip) };
  const { said } = await collect({ frames: [arp(1)], hosts });
  assert.deepEqual(said, ['00:16:3E:00:00:01 (ARP): 10.0.0.3']);
});

test('no more cards than asked for are added, although others are ready', async () => {
  const added: string[] = [];
  const add = async ({ mac }: NewHost) => {
    await new Promise((resolve) => setImmediate(resolve));
    added.push(mac);
    return mac;
  };
  await collect({ frames: [arp(1), arp(2), arp(3)], hosts: { add }, count: 2 });
  assert.equal(added.length, 2);
});

test('when addresses run out, who had one is still added, and then it ends', async () => {
  const choice = { pattern: parseNamePattern('n%d'), range: parseAddressRange('10.0.0.1-10.0.0.2') };
  const { added, error } = await collect({ frames: [arp(1), arp(2), arp(3)], choice, count: 9 });
  assert.equal(added.length, 2);
  assert.match(String(error), /00:16:3E:00:00:03 .*no address of the range is free/);
});

test('listening only: everything is said, nothing sent or written', async () => {
  const hosts = {
    read: async () => ({ hasMac: (mac: string) => mac.endsWith('02'), hasIp: () => false, hasName: () => false }),
  };
  const multicast = arp(1);
  multicast.set([0x01], 22);
  const frames = [arp(2, '10.0.0.5'), multicast, arp(1)];
  const { added, asked, said } = await collect({ frames, hosts, choice: undefined });
  assert.deepEqual([added, asked], [[], []]);
  assert.deepEqual(said.toSorted(), [
    '00:16:3E:00:00:01 (ARP): is new',
    '00:16:3E:00:00:02 (ARP, 10.0.0.5): is known',
    '01:16:3E:00:00:01 (ARP): left out: a multicast address',
  ]);
});

test('a faulty file is said once, and read again when the card is heard again', async () => {
  let reads = 0;
  const hosts = {
    read: async () => {
      reads += 1;
      if (reads < 3) throw new UserError('cluster.xml:3: not closed', { exitCode: 2 });
      return { hasMac: () => false, hasIp: () => false, hasName: () => false };
    },
  };
  const network = { mac: OWN, receive: () => undefined as Uint8Array | undefined, send: () => {} };
  let polls = 0;
  const receive = () => ((polls += 1) % 2 === 1 ? arp(1) : undefined);
  const { added, said } = await collect({ frames: [], hosts, network: { ...network, receive } });
  assert.equal(added.length, 1);
  assert.deepEqual(said.filter((line) => line.includes('not closed')).length, 1);
});

test('a file that cannot be written, and a card that is gone, end it', async () => {
  const hosts = {
    add: async () => {
      throw new UserError('no space left');
    },
  };
  assert.match(String((await collect({ frames: [arp(1)], hosts })).error), /no space left/);
  const receive = () => {
    throw new Error('ENODEV');
  };
  assert.match(String((await collect({ frames: [], network: { mac: OWN, receive, send: () => {} } })).error), /ENODEV/);
});

test('a signal ends it while it probes, and nothing is written', async () => {
  const stop = new AbortController();
  const network = { mac: OWN, receive: () => frames.shift(), send: () => stop.abort() };
  const frames = [arp(1)];
  const { added, error } = await collect({ frames, network, signal: stop.signal });
  assert.deepEqual([added, error], [[], undefined]);
});
