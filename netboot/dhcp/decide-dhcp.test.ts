import assert from 'node:assert/strict';
import { test } from 'node:test';
import { option, text } from '../protocol/dhcp-options.ts';
import { decideDhcp } from './decide-dhcp.ts';
import type { DhcpView } from './dhcp-view.ts';
import { ask, words } from './fake-dhcp-packet.ts';
import type { Question } from './fake-dhcp-packet.ts';
import { inWords, MACHINE, MINE, OTHER, POOLED, SERVER, STRANGER, WITHOUT_ADDRESS } from './fake-dhcp-view.ts';

const FIRMWARE = [
  [option.vendorClass, text('PXEClient:Arch:00000:UNDI:002001')],
  [option.architecture, Uint8Array.of(0, 0)],
] as const;
const NEITHER = [FIRMWARE[0], [option.architecture, Uint8Array.of(0, 99)]] as const;

const CASES: readonly { name: string; ask: Question; view: DhcpView; reply: string; effects: readonly string[] }[] = [
  {
    name: 'a machine whose record has an address needs nothing of the pool',
    ask: { type: 'discover' },
    view: MACHINE,
    reply: `offer ${MINE}`,
    effects: [`note DHCPDISCOVER from the system on its disk: offered ${MINE}`],
  },
  {
    name: 'firmware: the boot is seen before it is noted, as it may open a new timeline',
    ask: { type: 'discover', more: FIRMWARE },
    view: MACHINE,
    reply: `offer ${MINE}`,
    effects: [
      'seen-netboot firmware amd64',
      `note DHCPDISCOVER from the PXE firmware: offered ${MINE} and boot file undionly.kpxe`,
    ],
  },
  {
    name: 'firmware that there is no boot loader for gets its address, and the reason is told',
    ask: { type: 'request', requested: MINE, server: SERVER, more: NEITHER },
    view: MACHINE,
    reply: `ack ${MINE}`,
    effects: [
      `seen-at ${MINE}`,
      'log a machine asks for a network boot',
      'note network boot of architecture 99 is not supported',
      `note DHCPREQUEST from the PXE firmware: has ${MINE}`,
    ],
  },
  {
    name: 'a machine that is being installed is the installer',
    ask: { type: 'request', ciaddr: MINE },
    view: { ...MACHINE, state: 'installing' },
    reply: `ack ${MINE} to client ${MINE}`,
    effects: [`seen-at ${MINE}`, `note DHCPREQUEST from the installer: has ${MINE}`],
  },
  {
    name: 'a machine of the site without an address gets one of the pool, which is recorded before anything else',
    ask: { type: 'request', requested: POOLED, server: SERVER },
    view: { ...WITHOUT_ADDRESS, held: POOLED },
    reply: `ack ${POOLED}`,
    effects: [`bind ${POOLED}`, `seen-at ${POOLED}`, `note DHCPREQUEST from the system on its disk: has ${POOLED}`],
  },
  {
    name: 'a stranger is offered what the pool has, and is remembered as unknown',
    ask: { type: 'discover' },
    view: { ...STRANGER, offered: POOLED },
    reply: `offer ${POOLED}`,
    effects: ['seen-unknown', `reserve ${POOLED}`, `note DHCPDISCOVER from the system on its disk: offered ${POOLED}`],
  },
  {
    name: 'a stranger who takes it leaves no address to be known by',
    ask: { type: 'request', requested: POOLED, server: SERVER },
    view: { ...STRANGER, held: POOLED },
    reply: `ack ${POOLED}`,
    effects: ['seen-unknown', `bind ${POOLED}`, `note DHCPREQUEST from the system on its disk: has ${POOLED}`],
  },
  {
    name: 'nothing is reserved for a stranger of another network, and the reason is told',
    ask: { type: 'discover', giaddr: '10.88.0.2' },
    view: { ...STRANGER, offered: POOLED },
    reply: 'nothing',
    effects: [
      'seen-unknown',
      'log no address for a DHCP client',
      'note DHCPDISCOVER: no answer, its MAC address is unknown to the site, and dhcp.range is not of the network of 10.88.0.2, from which it asks',
    ],
  },
  {
    name: 'nor for a machine of the site without an address',
    ask: { type: 'discover', giaddr: '10.88.0.2' },
    view: { ...WITHOUT_ADDRESS, offered: POOLED },
    reply: 'nothing',
    effects: [
      'log no address for a DHCP client',
      'note DHCPDISCOVER: no answer, its record has no IP address, and dhcp.range is not of the network of 10.88.0.2, from which it asks',
    ],
  },
  {
    name: 'a machine whose address is of another network than the one that it asks from',
    ask: { type: 'discover', giaddr: '10.88.0.2' },
    view: MACHINE,
    reply: 'nothing',
    effects: [
      'log no address for a DHCP client',
      `note DHCPDISCOVER: no answer, the address of its record, ${MINE}, is not of the network of 10.88.0.2, from which it asks`,
    ],
  },
  {
    name: 'a stranger when the pool is used up',
    ask: { type: 'discover' },
    view: STRANGER,
    reply: 'nothing',
    effects: [
      'seen-unknown',
      'log no address for a DHCP client',
      'note DHCPDISCOVER: no answer, its MAC address is unknown to the site, and no address of dhcp.range is free',
    ],
  },
  {
    name: 'a stranger when there is no pool',
    ask: { type: 'discover', giaddr: '10.88.0.2' },
    view: { ...STRANGER, hasRange: false },
    reply: 'nothing',
    effects: [
      'seen-unknown',
      'log no address for a DHCP client',
      'note DHCPDISCOVER: no answer, its MAC address is unknown to the site, and dhcp.range is not set',
    ],
  },
  {
    name: 'a machine without an address when there is no pool',
    ask: { type: 'discover' },
    view: { ...WITHOUT_ADDRESS, hasRange: false },
    reply: 'nothing',
    effects: [
      'log no address for a DHCP client',
      'note DHCPDISCOVER: no answer, its record has no IP address, and dhcp.range is not set',
    ],
  },
  {
    name: 'another address than its own is refused, and nothing is bound',
    ask: { type: 'request', requested: OTHER, server: SERVER },
    view: { ...WITHOUT_ADDRESS, held: POOLED },
    reply: 'nak 0.0.0.0',
    effects: [`note DHCPREQUEST for ${OTHER}: refused, its address is ${POOLED}`],
  },
  {
    name: 'a stranger who renews may belong to another server',
    ask: { type: 'request', ciaddr: OTHER },
    view: STRANGER,
    reply: 'nothing',
    effects: ['seen-unknown'],
  },
  {
    name: 'a machine whose address was found in use is offered nothing',
    ask: { type: 'discover' },
    view: { ...MACHINE, isResting: true },
    reply: 'nothing',
    effects: [
      `note DHCPDISCOVER: no answer, its address ${MINE} is used by another machine on the network; it is offered again in ten minutes at most`,
    ],
  },
  {
    name: 'inform from another network',
    ask: { type: 'inform', ciaddr: '10.88.0.7' },
    view: MACHINE,
    reply: 'nothing',
    effects: [],
  },
  {
    name: 'a message type of a server',
    ask: { type: 'offer' },
    view: MACHINE,
    reply: 'nothing',
    effects: ['log dropped a DHCP packet of an unknown type'],
  },
];

for (const { name, ask: question, view, reply, effects } of CASES) {
  test(name, () => {
    const decision = decideDhcp(ask(question), view);
    assert.deepEqual([words(decision.reply), decision.effects.map(inWords)], [reply, effects]);
  });
}
