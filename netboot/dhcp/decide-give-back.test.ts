import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideDhcp } from './decide-dhcp.ts';
import type { DhcpView } from './dhcp-view.ts';
import { ask, unicastFrom } from './fake-dhcp-packet.ts';
import type { Question } from './fake-dhcp-packet.ts';
import { inWords, MACHINE, MINE, OTHER, POOLED, SERVER, WITHOUT_ADDRESS } from './fake-dhcp-view.ts';

const POOL_CLIENT: DhcpView = { ...WITHOUT_ADDRESS, held: POOLED, arrival: unicastFrom(POOLED) };
const RELEASE = { type: 'release', ciaddr: POOLED, server: SERVER } as const;
const DECLINE = { type: 'decline', requested: POOLED, server: SERVER } as const;
const without54 = 'not heeded, it does not say for which server it is (option 54)';
const told = (address: string): string[] => [
  'log a machine says that its address is used by another one',
  `note DHCPDECLINE: ${address} is used by another machine on the network`,
];

const CASES: readonly { name: string; ask: Question; view?: DhcpView; effects: readonly string[] }[] = [
  { name: 'release', ask: RELEASE, effects: [`release ${POOLED}`, `note DHCPRELEASE: gave ${POOLED} back`] },
  {
    name: 'release by a client that has taken the address off already',
    ask: RELEASE,
    view: { ...POOL_CLIENT, arrival: { source: '0.0.0.0', isBroadcast: true } },
    effects: [`release ${POOLED}`, `note DHCPRELEASE: gave ${POOLED} back`],
  },
  {
    name: 'release through a relay that gives itself out as the server',
    ask: { ...RELEASE, giaddr: '10.77.0.2' },
    view: { ...POOL_CLIENT, arrival: unicastFrom('10.77.0.2') },
    effects: [`release ${POOLED}`, `note DHCPRELEASE: gave ${POOLED} back`],
  },
  {
    name: 'release by a machine whose record has the address',
    ask: { ...RELEASE, ciaddr: MINE },
    view: { ...MACHINE, arrival: unicastFrom(MINE) },
    effects: [`note DHCPRELEASE: gave ${MINE} back`],
  },
  {
    name: 'release without option 54',
    ask: { type: 'release', ciaddr: POOLED },
    effects: ['log a DHCPRELEASE is not heeded', `note DHCPRELEASE of ${POOLED}: ${without54}`],
  },
  {
    name: 'release of an address that it does not have',
    ask: { ...RELEASE, ciaddr: OTHER },
    effects: ['log a DHCPRELEASE is not heeded', `note DHCPRELEASE of ${OTHER}: not heeded, its address is ${POOLED}`],
  },
  {
    name: 'release sent by another address in its name',
    ask: RELEASE,
    view: { ...POOL_CLIENT, arrival: unicastFrom(OTHER) },
    effects: [
      'log a DHCPRELEASE is not heeded',
      `note DHCPRELEASE of ${POOLED}: not heeded, it was sent from ${OTHER}`,
    ],
  },
  { name: 'decline', ask: DECLINE, effects: [`decline ${POOLED}`, ...told(POOLED)] },
  {
    name: 'decline of the address of its record',
    ask: { ...DECLINE, requested: MINE },
    view: MACHINE,
    effects: [`rest ${MINE}`, ...told(MINE)],
  },
  {
    name: 'decline without option 54',
    ask: { type: 'decline', requested: POOLED },
    effects: ['log a DHCPDECLINE is not heeded', `note DHCPDECLINE of ${POOLED}: ${without54}`],
  },
  {
    name: 'decline without an address',
    ask: { type: 'decline', server: SERVER },
    effects: [
      'log a DHCPDECLINE is not heeded',
      `note DHCPDECLINE of no address: not heeded, its address is ${POOLED}`,
    ],
  },
  {
    name: 'decline of an address that it does not have',
    ask: { ...DECLINE, requested: OTHER },
    view: MACHINE,
    effects: ['log a DHCPDECLINE is not heeded', `note DHCPDECLINE of ${OTHER}: not heeded, its address is ${MINE}`],
  },
];

for (const { name, ask: question, view = POOL_CLIENT, effects } of CASES) {
  test(name, () => {
    const decision = decideDhcp(ask(question), view);
    assert.equal(decision.reply, undefined);
    assert.deepEqual(decision.effects.map(inWords), effects);
  });
}
