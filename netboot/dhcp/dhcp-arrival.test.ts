import assert from 'node:assert/strict';
import { test } from 'node:test';
import { option } from '../protocol/dhcp-options.ts';
import { decideDhcp } from './decide-dhcp.ts';
import type { DhcpView } from './dhcp-view.ts';
import { ask, unicastFrom, words } from './fake-dhcp-packet.ts';
import type { Question } from './fake-dhcp-packet.ts';
import { FAR, FAR_MACHINE, inWords, OTHER, POOLED, ROUTER, STRANGER, WITHOUT_ADDRESS } from './fake-dhcp-view.ts';

const linkOf = (a: number, b: number): readonly [number, Uint8Array] => [
  option.relayAgent,
  Uint8Array.of(1, 2, 5, 4, 5, 4, a, b, 0, 0),
];

const FAR_ACK = [`seen-at ${FAR}`, `note DHCPREQUEST from the system on its disk: has ${FAR}`];
const RELAYED = { giaddr: ROUTER } as const;
/** Which network a packet is judged by, and who is refused for being on the wrong one. */
const NETWORKS: readonly { name: string; ask: Question; view: DhcpView; reply: string }[] = [
  {
    name: 'renewing through a router, without a relay: the network of the lease',
    ask: { type: 'request', ciaddr: FAR },
    view: { ...FAR_MACHINE, arrival: unicastFrom(FAR) },
    reply: `ack ${FAR} to client ${FAR}`,
  },
  {
    name: 'the same address on our own network, where it cannot be used',
    ask: { type: 'request', ciaddr: FAR },
    view: FAR_MACHINE,
    reply: 'nak 0.0.0.0',
  },
  {
    name: 'renewing through a router an address that is not its own',
    ask: { type: 'request', ciaddr: '10.88.0.10' },
    view: { ...FAR_MACHINE, arrival: unicastFrom('10.88.0.10') },
    reply: 'nak 0.0.0.0',
  },
  {
    name: 'renewing through a router what no record has',
    ask: { type: 'request', ciaddr: FAR },
    view: { ...STRANGER, arrival: unicastFrom(FAR) },
    reply: 'nothing',
  },
  {
    name: 'rebinding through its relay',
    ask: { type: 'request', ciaddr: FAR, ...RELAYED },
    view: FAR_MACHINE,
    reply: `ack ${FAR} to relay ${ROUTER}`,
  },
  {
    name: 'rebinding through the relay of another network',
    ask: { type: 'request', ciaddr: FAR, giaddr: '10.99.0.1' },
    view: FAR_MACHINE,
    reply: 'nak 0.0.0.0 to relay 10.99.0.1',
  },
  {
    name: 'a relay on another network than the client says which one it is for (RFC 3527)',
    ask: { type: 'discover', giaddr: '10.99.0.1', more: [linkOf(10, 88)] },
    view: { ...FAR_MACHINE, arrival: unicastFrom('10.99.0.1') },
    reply: `offer ${FAR} to relay 10.99.0.1`,
  },
  {
    name: 'and a pool is given by it, too',
    ask: { type: 'discover', giaddr: '10.99.0.1', more: [linkOf(10, 77)] },
    view: { ...STRANGER, offered: POOLED },
    reply: `offer ${POOLED} to relay 10.99.0.1`,
  },
  {
    name: 'or not, though the relay is here',
    ask: { type: 'discover', giaddr: '10.77.0.2', more: [linkOf(10, 99)] },
    view: { ...STRANGER, offered: POOLED },
    reply: 'nothing',
  },
  {
    name: 'subnet selection by the client (RFC 3011)',
    ask: { type: 'discover', giaddr: '10.99.0.1', more: [[option.subnetSelection, Uint8Array.of(10, 88, 0, 0)]] },
    view: FAR_MACHINE,
    reply: `offer ${FAR} to relay 10.99.0.1`,
  },
  {
    name: "the relay's word before the client's",
    ask: {
      type: 'discover',
      giaddr: '10.99.0.1',
      more: [linkOf(10, 88), [option.subnetSelection, Uint8Array.of(10, 99, 0, 0)]],
    },
    view: FAR_MACHINE,
    reply: `offer ${FAR} to relay 10.99.0.1`,
  },
  {
    name: 'informing through a router',
    ask: { type: 'inform', ciaddr: '10.88.0.7' },
    view: { ...FAR_MACHINE, arrival: unicastFrom('10.88.0.7') },
    reply: 'ack 0.0.0.0 to client 10.88.0.7',
  },
  {
    name: 'informing through a router from where nothing is known',
    ask: { type: 'inform', ciaddr: '10.88.0.7' },
    view: { ...STRANGER, arrival: unicastFrom('10.88.0.7') },
    reply: 'nothing',
  },
  {
    name: "a stranger's init-reboot with an address of elsewhere",
    ask: { type: 'request', requested: '192.168.1.7' },
    view: STRANGER,
    reply: 'nak 0.0.0.0',
  },
  {
    name: 'the same by rebinding',
    ask: { type: 'request', ciaddr: '192.168.1.7' },
    view: STRANGER,
    reply: 'nak 0.0.0.0',
  },
  {
    name: 'the same through a relay of our network',
    ask: { type: 'request', requested: '192.168.1.7', giaddr: '10.77.0.2' },
    view: STRANGER,
    reply: 'nak 0.0.0.0 to relay 10.77.0.2',
  },
  {
    name: 'the same of a machine of the site without an address',
    ask: { type: 'request', requested: '192.168.1.7' },
    view: WITHOUT_ADDRESS,
    reply: 'nak 0.0.0.0',
  },
  {
    name: 'the same where there is no pool: strangers may be those of another server',
    ask: { type: 'request', requested: '192.168.1.7' },
    view: { ...STRANGER, hasRange: false },
    reply: 'nothing',
  },
  {
    name: 'the same behind a relay of a network that is not ours',
    ask: { type: 'request', requested: '192.168.1.7', giaddr: '10.99.0.1' },
    view: STRANGER,
    reply: 'nothing',
  },
  {
    name: 'an address of our network that another server may have given it',
    ask: { type: 'request', requested: OTHER },
    view: STRANGER,
    reply: 'nothing',
  },
  {
    name: 'a lease of here, taken to the network of a relay',
    ask: { type: 'request', requested: POOLED, giaddr: '10.99.0.1' },
    view: { ...STRANGER, held: POOLED },
    reply: 'nak 0.0.0.0 to relay 10.99.0.1',
  },
];

for (const { name, ask: question, view, reply } of NETWORKS) {
  test(name, () => {
    const decision = decideDhcp(ask(question), view);
    assert.equal(words(decision.reply), reply);
    const changes = decision.effects.filter(({ kind }) => kind === 'reserve' || kind === 'bind' || kind === 'seen-at');
    if (!/offer|ack/.test(reply)) assert.deepEqual(changes, [], 'nothing is kept for who is not answered');
    const throughRelay = decision.reply?.to.kind === 'relay' && reply.startsWith('nak');
    if (throughRelay) assert.equal(decision.reply.packet.flags, 0x8000, 'the relay must broadcast it');
  });
}

test('who renews through a router is seen at its address', () => {
  const view = { ...FAR_MACHINE, arrival: unicastFrom(FAR) };
  assert.deepEqual(decideDhcp(ask({ type: 'request', ciaddr: FAR }), view).effects.map(inWords), FAR_ACK);
});
