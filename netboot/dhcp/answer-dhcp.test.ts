import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { oneMachineSite } from '../fake-machine-source.ts';
import { answerDhcp } from './answer-dhcp.ts';
import type { DhcpService } from './answer-dhcp.ts';
import { ask, BY_BROADCAST, STRANGER, unicastFrom, words } from './fake-dhcp-packet.ts';
import type { Question } from './fake-dhcp-packet.ts';
import { createClients } from '../clients.ts';
import type { DhcpReply } from './dhcp-reply.ts';
import { createRestingAddresses } from './resting-addresses.ts';
import { readPageIfPossible } from '../machines/ask-machines.ts';
import { createMachines, timelineOf } from '../machines/machines.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { addresses, option, readAddress, readText, text } from '../protocol/dhcp-options.ts';
import { openDatabase } from '../state/database.ts';
import { openLeases } from '../state/lease-table.ts';

const SERVER = '10.77.0.1';

function setUp(options: { range?: boolean; record?: Readonly<Record<string, string>>; path?: string } = {}) {
  const database = openDatabase(options.path ?? ':memory:');
  const site = oneMachineSite(options.record);
  const machines = createMachines({ database, source: site.source, attempts: 3 });
  const pool = { from: '10.77.0.100', to: '10.77.0.110', excluded: [] };
  const logged: string[] = [];
  const clock = { ms: 1_000_000 };
  const service: DhcpService = {
    serverAddress: SERVER,
    serverUrl: 'http://10.77.0.1:8080',
    defaultWay: 'grub' as const,
    serverNetmask: '255.255.255.0',
    leaseSeconds: 3600,
    source: site.source,
    machines,
    leases: options.range === true ? openLeases(database, { pool, leaseSeconds: 3600, now: Date.now }) : undefined,
    resting: createRestingAddresses(() => clock.ms),
    clients: createClients(),
    logOnce: (_key, message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`),
  };
  const answer = (packet: DhcpPacket, arrival = BY_BROADCAST) => answerDhcp(service, packet, arrival);
  const timeline = (): string[] =>
    (readPageIfPossible(machines, 0, 10)?.rows ?? []).flatMap((row) =>
      timelineOf(machines, row).map((entry) => entry.text),
    );
  return { answer, logged, timeline, database, clock, clients: service.clients };
}

test('what its firmware says that a machine is, is known when it asks for its script', async () => {
  const { answer, clients } = setUp();
  const firmware = [
    [option.vendorClass, text('PXEClient:Arch:00011:UNDI:003000')],
    [option.architecture, Uint8Array.of(0, 11)],
  ] as const;
  await answer(ask({ type: 'discover' }));
  assert.equal(clients.firmwareOf('52:54:00:12:34:56'), undefined, 'a system says nothing');
  await answer(ask({ type: 'discover', more: firmware }));
  assert.equal(clients.firmwareOf('52:54:00:12:34:56'), 'arm64');
});

const MINE = '10.77.0.9';
const OTHER = '10.77.0.200';
const CONVERSATIONS: readonly { name: string; ask: readonly Question[]; want: string; range?: boolean }[] = [
  { name: 'a known machine has its own address', ask: [{ type: 'discover' }], want: `offer ${MINE}` },
  { name: 'selecting', ask: [{ type: 'request', requested: MINE, server: SERVER }], want: `ack ${MINE}` },
  {
    name: 'selecting the wrong address',
    ask: [{ type: 'request', requested: OTHER, server: SERVER }],
    want: 'nak 0.0.0.0',
  },
  { name: 'selecting another server', ask: [{ type: 'request', requested: MINE, server: OTHER }], want: 'nothing' },
  { name: 'init-reboot', ask: [{ type: 'request', requested: MINE }], want: `ack ${MINE}` },
  {
    name: 'init-reboot from another network',
    ask: [{ type: 'request', requested: '192.168.1.7' }],
    want: 'nak 0.0.0.0',
  },
  { name: 'renewing', ask: [{ type: 'request', ciaddr: MINE }], want: `ack ${MINE} to client ${MINE}` },
  { name: 'renewing a former address', ask: [{ type: 'request', ciaddr: OTHER }], want: 'nak 0.0.0.0' },
  { name: 'inform', ask: [{ type: 'inform', ciaddr: '10.77.0.50' }], want: 'ack 0.0.0.0 to client 10.77.0.50' },
  { name: 'a stranger without a range', ask: [{ type: 'discover', mac: STRANGER }], want: 'nothing' },
  {
    name: "a stranger's init-reboot",
    ask: [{ type: 'request', mac: STRANGER, requested: OTHER }],
    want: 'nothing',
    range: true,
  },
  {
    name: "a stranger's renewal",
    ask: [{ type: 'request', mac: STRANGER, ciaddr: OTHER }],
    want: 'nothing',
    range: true,
  },
  {
    name: 'a stranger with a range',
    ask: [{ type: 'discover', mac: STRANGER }],
    want: 'offer 10.77.0.100',
    range: true,
  },
  {
    name: 'offer and request of a pool address',
    ask: [
      { type: 'discover', mac: STRANGER },
      { type: 'request', mac: STRANGER, requested: '10.77.0.100', server: SERVER },
    ],
    want: 'ack 10.77.0.100',
    range: true,
  },
  {
    name: 'a declined address is not offered again',
    ask: [
      { type: 'discover', mac: STRANGER },
      { type: 'request', mac: STRANGER, requested: '10.77.0.100', server: SERVER },
      { type: 'decline', mac: STRANGER, requested: '10.77.0.100', server: SERVER },
      { type: 'discover', mac: STRANGER, requested: '10.77.0.100' },
    ],
    want: 'offer 10.77.0.101',
    range: true,
  },
  {
    name: 'an offer of ours is free again when the client takes another server',
    ask: [
      { type: 'discover', mac: STRANGER },
      { type: 'request', mac: STRANGER, requested: OTHER, server: OTHER },
      { type: 'discover', mac: [2, 0, 0, 0, 0, 2], requested: '10.77.0.100' },
    ],
    want: 'offer 10.77.0.100',
    range: true,
  },
  {
    name: 'a relay of our network',
    ask: [{ type: 'discover', giaddr: '10.77.0.2' }],
    want: `offer ${MINE} to relay 10.77.0.2`,
  },
  {
    name: 'a relay of a network that the address is not of',
    ask: [{ type: 'discover', giaddr: '10.88.0.2' }],
    want: 'nothing',
  },
  { name: 'a message type of a server', ask: [{ type: 'offer' }], want: 'nothing' },
];

for (const { name, ask: questions, want, range } of CONVERSATIONS) {
  test(name, async () => {
    const { answer } = setUp({ range: range ?? false });
    let reply: DhcpReply | undefined;
    for (const question of questions) reply = await answer(ask(question));
    assert.equal(words(reply), want);
  });
}

const PXE = [
  [option.vendorClass, text('PXEClient:Arch:00000:UNDI:002001')],
  [option.architecture, Uint8Array.of(0, 0)],
  [option.machineUuid, Uint8Array.of(0, ...Array.from({ length: 16 }, (_, index) => index))],
  [option.parameterList, Uint8Array.of(option.tftpServer, option.bootFile)],
] as const;

test('BIOS firmware gets iPXE, its UUID back, and options 66 and 67 because it asks for them', async () => {
  const { answer, timeline } = setUp();
  const reply = await answer(ask({ type: 'discover', more: PXE }));
  assert(reply !== undefined);
  assert.equal(reply.packet.file, 'undionly.kpxe');
  assert.equal(reply.packet.siaddr, SERVER);
  assert.equal(readText(reply.packet.options, option.bootFile), 'undionly.kpxe');
  assert.equal(readText(reply.packet.options, option.tftpServer), SERVER);
  assert.deepEqual(reply.packet.options.get(option.machineUuid), PXE[2][1]);
  assert.deepEqual(timeline(), ['DHCPDISCOVER from the PXE firmware: offered 10.77.0.9 and boot file undionly.kpxe']);
});

test('iPXE gets its script, and is told not to wait for a proxy', async () => {
  const { answer } = setUp();
  const reply = await answer(ask({ type: 'discover', more: [...PXE, [option.ipxe, Uint8Array.of(235, 1, 1)]] }));
  assert.equal(reply?.packet.file, 'start.ipxe');
  assert.deepEqual(reply.packet.options.get(option.ipxe), Uint8Array.of(176, 1, 1));
});

const arch = (code: number) => [option.architecture, Uint8Array.of(0, code)] as const;
const asksForFile = [
  option.parameterList,
  Uint8Array.of(option.vendorClass, option.tftpServer, option.bootFile),
] as const;

test('a processor that nobody knows gets an address and no boot file, and the log has what it sent', async () => {
  const { answer, logged } = setUp();
  const more = [[option.vendorClass, text('PXEClient:Arch:00027:UNDI:003000')], arch(27)] as const;
  const reply = await answer(ask({ type: 'discover', more }));
  assert.equal(words(reply), `offer ${MINE}`);
  assert.equal(reply?.packet.file, '');
  assert.match(logged.join('\n'), /architecture 27 is not supported.*"vendorClass":"PXEClient:Arch:00027:UNDI:003000"/);
  assert.match(logged.join('\n'), /"architecture":"001b"/);
});

const UEFI: readonly [
  name: string,
  record: Record<string, string>,
  more: Parameters<typeof ask>[0]['more'],
  want: string,
][] = [
  ['PXE', {}, [PXE[0], arch(7), asksForFile], 'shimx64.efi/10.77.0.1/shimx64.efi/'],
  ['PXE of a machine that wants iPXE', { NETBOOT: 'ipxe' }, [PXE[0], arch(7)], 'snponly.efi'],
  ['PXE of one that wants what there is not', { NETBOOT: 'pxelinux' }, [PXE[0], arch(7)], 'shimx64.efi'],
  ['PXE on arm64', {}, [PXE[0], arch(11)], 'shimaa64.efi'],
];

for (const [name, record, more, want] of UEFI) {
  test(`UEFI ${name}: ${want}`, async () => {
    const { answer } = setUp({ record });
    const reply = await answer(ask({ type: 'discover', ...(more === undefined ? {} : { more }) }));
    const { options, file } = reply?.packet ?? assert.fail();
    assert.equal(options.get(option.vendorClass), undefined);
    const [, server, bootFile] = want.split('/');
    assert.equal(file, want.split('/')[0]);
    assert.equal(readText(options, option.tftpServer), server);
    assert.equal(readText(options, option.bootFile), bootFile);
  });
}

test('UEFI HTTP Boot gets a URL, and is told that this is an offer for it', async () => {
  const http = [option.vendorClass, text('HTTPClient:Arch:00016:UNDI:003001')] as const;
  for (const asked of [true, false]) {
    const { answer } = setUp();
    const more = [http, arch(16), ...(asked ? [asksForFile] : [])];
    const reply = await answer(ask({ type: 'request', requested: MINE, server: SERVER, more }));
    const { options, file } = reply?.packet ?? assert.fail();
    assert.equal(file, 'http://10.77.0.1:8080/boot/efi/shimx64.efi');
    assert.equal(readText(options, option.vendorClass), 'HTTPClient');
    assert.equal(readText(options, option.tftpServer), undefined);
    assert.equal(readText(options, option.bootFile), asked ? file : undefined);
  }
});

test('the record decides the network options; the relay option comes last', async () => {
  const { answer } = setUp({
    record: {
      GATEWAY: '10.77.0.254',
      NAMESERVER: '10.77.0.3',
      NAMESERVER10: '10.77.0.5',
      NAMESERVER2: '10.77.0.4',
      DOMAIN: 'lab.example',
    },
  });
  const relay = [option.relayAgent, Uint8Array.of(1, 1, 9)] as const;
  const reply = await answer(ask({ type: 'request', requested: MINE, server: SERVER, more: [relay] }));
  assert(reply !== undefined);
  const { options } = reply.packet;
  assert.equal(readAddress(options, option.routers), '10.77.0.254');
  assert.deepEqual(options.get(option.nameServers), addresses('10.77.0.3', '10.77.0.4', '10.77.0.5'));
  assert.equal(readText(options, option.domain), 'lab.example');
  assert.equal(readText(options, option.hostName), 'q-bert');
  assert.equal(readAddress(options, option.broadcast), '10.77.0.255');
  assert.equal([...options.keys()].at(-1), option.relayAgent);
});

test('a dot at the end of DOMAIN is not sent', async () => {
  const { answer } = setUp({ record: { DOMAIN: 'lab.example.' } });
  const reply = await answer(ask({ type: 'request', requested: MINE, server: SERVER }));
  assert.equal(reply && readText(reply.packet.options, option.domain), 'lab.example');
});

test('an inform carries no lease', async () => {
  const { answer } = setUp();
  const reply = await answer(ask({ type: 'inform', ciaddr: MINE }));
  assert.equal(reply?.packet.options.has(option.leaseSeconds), false);
});

test('a network that is not Ethernet is dropped', async () => {
  const { answer } = setUp();
  assert.equal(await answer({ ...ask({ type: 'discover' }), htype: 6 }), undefined);
});

test('a lease is recorded before it is acknowledged, and not acknowledged when it cannot be', async (context) => {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-dhcp-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'netboot.db');
  const { answer, logged, database } = setUp({ range: true, path });
  const other = new DatabaseSync(path);
  context.after(() => {
    other.close();
    database.close();
  });
  const take = { type: 'request', mac: STRANGER, requested: '10.77.0.100', server: SERVER } as const;
  await answer(ask({ type: 'discover', mac: STRANGER }));
  other.exec('BEGIN IMMEDIATE');
  assert.equal(words(await answer(ask(take))), 'nothing');
  assert.match(logged.join(), /a lease of the range could not be recorded and was not given/);
  other.exec('ROLLBACK');
  database.tend();
  assert.equal(words(await answer(ask(take))), 'ack 10.77.0.100');
  assert.deepEqual(
    { ...other.prepare('SELECT address, state FROM leases').get() },
    { address: '10.77.0.100', state: 'bound' },
  );
});

test('forty strangers behind a relay of another network do not use up a pool of eleven addresses', async () => {
  const { answer, logged } = setUp({ range: true });
  for (let last = 0; last < 40; last += 1) {
    const mac = [2, 0, 0, 0, 9, last];
    assert.equal(
      words(await answer(ask({ type: 'discover', mac, giaddr: '10.88.0.2' }), unicastFrom('10.88.0.2'))),
      'nothing',
    );
  }
  assert.equal(words(await answer(ask({ type: 'discover', mac: STRANGER }))), 'offer 10.77.0.100');
  assert.match(logged[0] ?? '', /dhcp\.range is not of the network of 10\.88\.0\.2, from which it asks/);
});

test('what a client tells another server than this one is nothing to us, unless it takes its offer', async () => {
  const { answer } = setUp({ range: true });
  await answer(ask({ type: 'discover', mac: STRANGER }));
  for (const type of ['decline', 'release', 'inform'] as const) {
    const about = { ciaddr: '10.77.0.100', requested: '10.77.0.100', server: OTHER };
    assert.equal(words(await answer(ask({ type, mac: STRANGER, ...about }))), 'nothing');
  }
  const take = { type: 'request', mac: STRANGER, requested: '10.77.0.100', server: SERVER } as const;
  assert.equal(words(await answer(ask(take))), 'ack 10.77.0.100');
});

test('a relay that gives itself out as the server: its address in option 54, and ours understood by either', async () => {
  const { answer } = setUp();
  const relay = '10.77.0.2';
  const more = [[option.relayAgent, Uint8Array.of(1, 1, 7, 11, 4, 10, 77, 0, 2)]] as const;
  const offer = await answer(ask({ type: 'discover', giaddr: relay, more }), unicastFrom(relay));
  assert.equal(readAddress(offer?.packet.options ?? new Map(), option.serverId), relay);
  assert.equal(offer?.packet.siaddr, '0.0.0.0');
  for (const server of [relay, SERVER]) {
    const taken = await answer(
      ask({ type: 'request', requested: MINE, server, giaddr: relay, more }),
      unicastFrom(relay),
    );
    assert.equal(words(taken), `ack ${MINE} to relay ${relay}`);
  }
  const foreign = ask({ type: 'request', requested: MINE, server: relay, giaddr: relay });
  assert.equal(await answer(foreign, unicastFrom(relay)), undefined);
});

test('a released address is offered to its owner again, though others are free', async () => {
  const { answer } = setUp({ range: true });
  const take = { type: 'request', requested: '10.77.0.100', server: SERVER } as const;
  await answer(ask({ type: 'discover', mac: STRANGER }));
  await answer(ask({ ...take, mac: STRANGER }));
  await answer(
    ask({ type: 'release', mac: STRANGER, ciaddr: '10.77.0.100', server: SERVER }),
    unicastFrom('10.77.0.100'),
  );
  assert.equal(words(await answer(ask({ type: 'discover', mac: [2, 0, 0, 0, 0, 2] }))), 'offer 10.77.0.101');
  assert.equal(words(await answer(ask({ type: 'discover', mac: STRANGER }))), 'offer 10.77.0.100');
});

test('the address of a record that is in use by somebody else: not offered for ten minutes, and told once', async () => {
  const { answer, logged, timeline, clock } = setUp();
  const asked = { type: 'request', requested: MINE, server: SERVER } as const;
  assert.equal(words(await answer(ask(asked))), `ack ${MINE}`);
  await answer(ask({ type: 'decline', requested: MINE, server: SERVER }));
  for (let time = 0; time < 5; time += 1) assert.equal(await answer(ask({ type: 'discover' })), undefined);
  assert.equal(logged.length, 1);
  assert.match(timeline().join('\n'), /DHCPDECLINE: 10\.77\.0\.9 is used by another machine/);
  assert.match(
    timeline().at(-1) ?? '',
    /no answer, its address 10\.77\.0\.9 is used by another machine on the network/,
  );
  assert.equal(
    words(await answer(ask({ type: 'request', ciaddr: MINE }), unicastFrom(MINE))),
    `ack ${MINE} to client ${MINE}`,
  );
  clock.ms += 600_001;
  assert.equal(words(await answer(ask({ type: 'discover' }))), `offer ${MINE}`);
});
