import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDhcp, printDhcp, replyLimitOf } from '../protocol/dhcp.ts';
import { option, text } from '../protocol/dhcp-options.ts';
import { decideDhcp } from './decide-dhcp.ts';
import { ask, words } from './fake-dhcp-packet.ts';
import type { Question } from './fake-dhcp-packet.ts';
import { inWords, MACHINE, MINE, POOLED, SERVER, STRANGER } from './fake-dhcp-view.ts';

const RECORD = { IP: MINE, GATEWAY: '10.77.0.254', NAMESERVER: '10.77.0.3', DOMAIN: 'lab.example', HOSTNAME: 'q-bert' };
const VIEW = { ...MACHINE, site: { ...MACHINE.site!, record: RECORD } };
const PXE = [
  [option.vendorClass, text('PXEClient:Arch:00000:UNDI:002001')],
  [option.architecture, Uint8Array.of(0, 0)],
  [option.networkInterface, Uint8Array.of(1, 2, 1)],
  [option.machineUuid, new Uint8Array(17)],
] as const;

type More = readonly (readonly [number, Uint8Array])[];
const asks = (codes: readonly number[], more: More = []): More => [
  ...more,
  [option.parameterList, Uint8Array.from(codes)],
];

const ORDERS: readonly { name: string; more: More; want: readonly number[]; question?: Partial<Question> }[] = [
  { name: 'nothing asked', more: [], want: [53, 54, 51, 58, 59, 1, 3, 6, 12, 15, 28] },
  { name: 'an empty list', more: asks([]), want: [53, 54, 51, 58, 59, 1, 3, 6, 12, 15, 28] },
  { name: 'as asked', more: asks([15, 6, 1, 3]), want: [53, 54, 51, 15, 6, 1, 3, 58, 59, 12, 28] },
  { name: 'the mask before the routers', more: asks([6, 3, 1, 15]), want: [53, 54, 51, 6, 1, 3, 15, 58, 59, 12, 28] },
  { name: 'routers without a mask', more: asks([6, 3]), want: [53, 54, 51, 6, 1, 3, 58, 59, 12, 15, 28] },
  {
    name: 'what comes first by itself',
    more: asks([1, 51, 54, 53, 3]),
    want: [53, 1, 51, 54, 3, 58, 59, 6, 12, 15, 28],
  },
  {
    name: 'twice, and what there is not',
    more: asks([42, 6, 119, 6, 1]),
    want: [53, 54, 51, 6, 1, 58, 59, 3, 12, 15, 28],
  },
  {
    name: 'firmware: what it said of itself comes back',
    more: asks([67, 66, 1, 3, 43, 60], PXE),
    want: [53, 54, 51, 67, 66, 1, 3, 58, 59, 6, 12, 15, 28, 97, 93, 94],
  },
  {
    name: 'a running system that says what it is in option 93: nothing to a PXE client',
    more: [PXE[1], PXE[2], PXE[3]],
    want: [53, 54, 51, 58, 59, 1, 3, 6, 12, 15, 28, 97],
  },
  {
    name: "the relay's option last, also when it is asked for",
    more: asks([82, 1], [[option.relayAgent, Uint8Array.of(1, 1, 7)], ...PXE]),
    want: [53, 54, 51, 1, 58, 59, 3, 6, 12, 15, 28, 97, 93, 94, 82],
  },
  {
    name: 'a refusal',
    more: asks([56, 54, 1], [[option.clientId, Uint8Array.of(1)]]),
    want: [53, 56, 54, 61],
    question: { type: 'request', requested: '10.77.0.10' },
  },
];

for (const { name, more, want, question = {} } of ORDERS) {
  test(`order: ${name}`, () => {
    const { reply } = decideDhcp(ask({ type: 'discover', ...question, more }), VIEW);
    const parsed = parseDhcp(printDhcp(reply?.packet ?? assert.fail()));
    assert(parsed.ok);
    assert.deepEqual([...parsed.packet.options.keys()], want);
  });
}

test('what firmware sent comes back as it came, also where it makes no sense', () => {
  for (const architecture of [
    [0, 0],
    [0, 7, 0, 0],
    [0, 0, 0],
  ]) {
    const more = [PXE[0], [option.architecture, Uint8Array.from(architecture)]] as const;
    const { reply, effects } = decideDhcp(ask({ type: 'discover', more }), MACHINE);
    assert.deepEqual([...(reply?.packet.options.get(option.architecture) ?? [])], architecture);
    assert.equal(reply?.packet.file, architecture[1] === 7 ? 'shimx64.efi' : 'undionly.kpxe');
    const odd = effects.map(inWords).filter((line) => line.includes('number of bytes that makes no sense'));
    assert.equal(odd.length, architecture.length % 2);
  }
});

/** As long as the UUID of a client may be, and longer. */
const identifier = (sizeBytes: number) => [option.clientId, new Uint8Array(sizeBytes).fill(65)] as const;
const relayed = (sizeBytes: number) => [option.relayAgent, new Uint8Array(sizeBytes).fill(9)] as const;

test('what has no room is left out: first what nobody asked for, last what makes a reply', () => {
  const request = ask({ type: 'discover', more: asks([6, 15], [identifier(310), ...PXE]) });
  const { reply } = decideDhcp(request, VIEW);
  const codes = [...(reply?.packet.options.keys() ?? [])];
  assert(printDhcp(reply?.packet ?? assert.fail(), replyLimitOf(request)).length <= 548);
  for (const code of [53, 54, 51, 1, 61, 6, 15]) assert(codes.includes(code), String(code));
  assert(!codes.includes(94) && !codes.includes(28), codes.join());
});

test('an answer that does not fit at all is none, keeps no address and is told', () => {
  const request = ask({ type: 'discover', more: [identifier(600)] });
  const { reply, effects } = decideDhcp(request, { ...STRANGER, offered: POOLED });
  assert.equal(reply, undefined);
  assert.deepEqual(effects.map(inWords), [
    'seen-unknown',
    'log a DHCP client leaves no room for an answer in what it takes',
  ]);
  const taken = ask({ type: 'request', requested: POOLED, server: SERVER, more: [identifier(600)] });
  const binds = decideDhcp(taken, { ...STRANGER, held: POOLED }).effects.filter(({ kind }) => kind === 'bind');
  assert.deepEqual(binds, []);
});

for (const sizeBytes of [0, 1, 255, 256, 490, 900, 1300]) {
  test(`a relay's option of ${sizeBytes} bytes: last, whole, in the options field alone, or not at all`, () => {
    const more = [...PXE, relayed(sizeBytes), identifier(20)];
    const { reply } = decideDhcp(ask({ type: 'discover', giaddr: '10.77.0.2', more }), VIEW);
    assert.equal(words(reply), `offer ${MINE} to relay 10.77.0.2`);
    const bytes = printDhcp(reply?.packet ?? assert.fail());
    assert(bytes.length <= 1472);
    const parsed = parseDhcp(bytes);
    assert(parsed.ok);
    const fits = sizeBytes < 1000;
    assert.equal(parsed.packet.options.get(82)?.length, fits ? sizeBytes : undefined);
    assert.equal([...parsed.packet.options.keys()].at(-1) === 82, fits);
    assert.equal(parsed.packet.file, 'undionly.kpxe', 'the file field is still the file');
  });
}
