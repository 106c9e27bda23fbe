import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { readNetwork } from './read-network.ts';

const cards = {
  MAC: '52:54:00:77:00:01',
  NIC: 'lan0',
  NIC_lan1_MAC: '52:54:00:77:00:02',
  NIC_lan2_MAC: '52:54:00:77:00:03',
};
const address = { IP: '10.77.0.101', NETMASK: '255.255.255.0', GATEWAY: '10.77.0.254' };
const lan = { ...cards, ...address };

type Variables = Readonly<Record<string, string>>;

const legal: [what: string, record: Variables][] = [
  ['nothing', {}],
  ['a card with a name that has - and .', { ...lan, NIC: 'lan-0.a', NIC_bond0_BOND: 'lan-0.a lan1' }],
  ['an address without a card', address],
  ['a bond without VLANs', { ...lan, NIC_bond0_BOND: 'lan0 lan1' }],
  ['a bridge over a bond over cards', { ...lan, NIC_bond0_BOND: 'lan0 lan1', NIC_br0_BRIDGE: 'bond0' }],
  ['a VLAN over a bridge', { ...lan, NIC_br0_BRIDGE: 'lan0', NIC_v7_VLAN: '7', NIC_v7_LINK: 'br0' }],
  [
    'bridges over VLANs over a card, and one over the card',
    {
      ...lan,
      NIC_br0_BRIDGE: 'lan0',
      NIC_v7_VLAN: '7',
      NIC_v7_LINK: 'lan0',
      NIC_br7_BRIDGE: 'v7',
      NIC_br7_IP: '10.7.0.1',
      NIC_br7_NETMASK: '255.255.0.0',
    },
  ],
  ['a VLAN on a VLAN', { ...lan, NIC_a_VLAN: '1', NIC_b_VLAN: '4094', NIC_b_LINK: 'a' }],
  ['a VLAN on a first interface without a name', { MAC: cards.MAC, ...address, NIC_v7_VLAN: '7' }],
  ['one VLAN number on two cards', { ...lan, NIC_a_VLAN: '7', NIC_b_VLAN: '7', NIC_b_LINK: 'lan1' }],
  ['VLANs in a bond', { ...lan, NIC_a_VLAN: '1', NIC_b_VLAN: '2', NIC_bond0_BOND: 'a b' }],
  ['IPv6 alone', { MAC: cards.MAC, IP6: '2001:db8::1', GATEWAY6: '2001:db8::ffff', DHCP: 'no' }],
  ['SLAAC alone', { MAC: cards.MAC, DHCP: 'no', RA: 'yes' }],
  ['a router on the link', { MAC: cards.MAC, IP6: '2001:db8::1', PREFIX6: '128', GATEWAY6: 'fe80::1' }],
  ['/32 and its router', { ...cards, ...address, NETMASK: '255.255.255.255', GATEWAY: '192.0.2.1' }],
  ['/128 and its router', { MAC: cards.MAC, IP6: '2001:db8::1', PREFIX6: '128', GATEWAY6: '2001:db8:f::1' }],
  ['/31', { ...cards, IP: '10.0.0.0', NETMASK: '255.255.255.254', GATEWAY: '10.0.0.1' }],
  ['a gateway in the network of a further address', { ...lan, ADDRESSES: '10.9.0.5/24', GATEWAY: '10.9.0.1' }],
  ['a gateway that a direct route covers', { ...lan, ROUTES: '10.9.0.1/32 direct', GATEWAY: '10.9.0.1' }],
  ['a gateway that is said to be there', { ...lan, ROUTES: '10.1.0.0/16 via 192.0.2.1 onlink' }],
  ['a route through a network that DHCP will tell', { MAC: cards.MAC, ROUTES: '10.1.0.0/16 via 10.0.0.1' }],
  ['a gateway of machines that ask DHCP', { MAC: cards.MAC, GATEWAY: '10.0.0.1', GATEWAY6: 'fe80::1' }],
  ['several addresses of IPv6', { ...lan, IP6: '2001:db8::1 2001:db8::2 fd00::1' }],
  ['two MACs of a card', { ...lan, NIC_lan1_MAC: '52:54:00:77:00:02 52:54:00:77:00:12' }],
  ['a bridge of nothing', { ...lan, NIC_br0_BRIDGE: 'none' }],
  ['a bond that is taken back', { ...lan, NIC_bond0_BOND: '', NIC_bond0_MODE: '802.3ad' }],
  ['jumbo frames below a VLAN of the usual size', { ...lan, MTU: '9000', NIC_v7_VLAN: '7', NIC_v7_MTU: '1500' }],
  ['a MTU of the bond that the first card gives', { ...lan, MTU: '9000', NIC_bond0_BOND: 'lan0 lan1' }],
  [
    'the same MTU at a member of a bond',
    {
      ...lan,
      NIC_lan1_MTU: '9000',
      NIC_lan2_MTU: '9000',
      NIC_bond0_BOND: 'lan1 lan2',
      NIC_bond0_MTU: '9000',
    },
  ],
  ['a small MTU without IPv6', { ...lan, MTU: '576' }],
  ['DHCP=no at a member', { ...lan, NIC_bond0_BOND: 'lan1 lan2', NIC_lan1_DHCP: 'no', NIC_lan2_RA: 'no' }],
  ['a MAC address of a bridge', { ...lan, NIC_br0_BRIDGE: 'lan1', NIC_br0_MAC: '52:54:00:77:00:99' }],
  ['the MAC address of a member', { ...lan, NIC_b0_BOND: 'lan1 lan2', NIC_b0_MAC: cards.NIC_lan2_MAC }],
  [
    'one MAC address at a card, its bond, the bridge over it, and VLANs on that',
    {
      ...lan,
      NIC_b0_BOND: 'lan0 lan1',
      NIC_b0_MAC: cards.MAC,
      NIC_br0_BRIDGE: 'b0',
      NIC_br0_MAC: '52-54-0-77-0-1',
      NIC_v7_VLAN: '7',
      NIC_v7_MAC: cards.MAC,
      NIC_v8_VLAN: '8',
      NIC_v8_LINK: 'br0',
      NIC_v8_MAC: cards.MAC,
    },
  ],
  [
    'the MAC address that the interface below was given',
    { ...lan, NIC_a_VLAN: '7', NIC_a_MAC: '52:54:00:77:00:99', NIC_b_BRIDGE: 'a', NIC_b_MAC: '52:54:00:77:00:99' },
  ],
  ['domains', { ...lan, SEARCH: 'lab.example sub_1.example. .' }],
  ['a controller in the rack, which is no card here', { ...lan, NIC_bmc_IP: '10.88.0.5' }],
];

const wrong: [what: string, record: Variables, faults: string[]][] = [
  [
    'MAC and netmask',
    { MAC: 'x', IP: '1.2.3.4', NETMASK: '255.0.255.0', NIC_a_MAC: '52:54:00:77:00:12', NIC_a_IP6: 'g' },
    [
      "NIC_a_IP6: 'g' is not an IPv6 address",
      "MAC: 'x' is not a MAC address",
      "NETMASK: '255.0.255.0' is not a network mask; IP needs one",
    ],
  ],
  [
    'the MAC address of a card that is not in it',
    {
      ...lan,
      NIC_b0_BOND: 'lan1',
      NIC_b0_MAC: cards.NIC_lan2_MAC,
      NIC_v_VLAN: '7',
      NIC_v_LINK: 'b0',
      NIC_v_MAC: cards.MAC,
    },
    [
      'NIC_b0_MAC: is the address of lan2, which b0 does not lie on',
      'NIC_v_MAC: is the address of lan0, which v does not lie on',
    ],
  ],
  [
    'one MAC address for two VLANs that their card does not have',
    { ...lan, NIC_v_VLAN: '7', NIC_v_MAC: '52:54:00:77:00:99', NIC_w_VLAN: '8', NIC_w_MAC: '52:54:00:77:00:99' },
    [
      'NIC_v_MAC: is the address of w, which v does not lie on',
      'NIC_w_MAC: is the address of v, which w does not lie on',
    ],
  ],
  [
    'an unknown member',
    { ...lan, NIC_bond0_BOND: 'lan1 lam2 eth7' },
    [
      'NIC_bond0_BOND: lam2 is not an interface of this machine (did you mean lan2?)',
      'NIC_bond0_BOND: eth7 is not an interface of this machine (NIC_eth7_MAC says which card it is; the card of MAC is named by NIC)',
    ],
  ],
  [
    'a card in two bonds',
    { ...lan, NIC_b0_BOND: 'lan1', NIC_b1_BOND: 'lan1 lan2' },
    ['NIC_b1_BOND: lan1 is a member of b0 already'],
  ],
  ['a card twice in a bond', { ...lan, NIC_b0_BOND: 'lan1 lan2 lan1' }, ['NIC_b0_BOND: lan1 is named twice']],
  ['a card twice in a bridge', { ...lan, NIC_br0_BRIDGE: 'lan0 lan0 lan0' }, ['NIC_br0_BRIDGE: lan0 is named twice']],
  [
    'a card in a bond and a bridge',
    { ...lan, NIC_b0_BOND: 'lan1 lan2', NIC_br0_BRIDGE: 'lan1' },
    ['NIC_br0_BRIDGE: lan1 is a member of b0 already'],
  ],
  [
    'a VLAN twice on one interface',
    { ...lan, NIC_v_VLAN: '7', NIC_w_VLAN: '07', NIC_w_LINK: 'lan0' },
    ['NIC_w_VLAN: VLAN 7 on lan0 is v already'],
  ],
  ['VLAN 4095', { ...lan, NIC_v_VLAN: '4095' }, ["NIC_v_VLAN: '4095' is not a number from 1 to 4094"]],
  ['VLAN 0', { ...lan, NIC_v_VLAN: '0' }, ["NIC_v_VLAN: '0' is not a number from 1 to 4094"]],
  [
    'a VLAN on nothing',
    { NIC_v_VLAN: '7', NIC_w_VLAN: '8', NIC_w_LINK: 'x' },
    [
      'NIC_v_LINK: is not set, and there is no first interface',
      'NIC_w_LINK: x is not an interface of this machine (NIC_x_MAC says which card it is; the card of MAC is named by NIC)',
    ],
  ],
  [
    'modes',
    { ...lan, NIC_b0_BOND: 'lan1', NIC_b0_MODE: '802.3at', NIC_b0_HASH: 'x', NIC_b0_LACPRATE: 'fast' },
    [
      "NIC_b0_MODE: '802.3at' is not one of active-backup, 802.3ad, balance-rr, balance-xor, balance-tlb, balance-alb, broadcast (did you mean 802.3ad?)",
      "NIC_b0_HASH: 'x' is not one of layer2, layer2+3, layer3+4, encap2+3, encap3+4, vlan+srcmac",
      'warning: NIC_b0_LACPRATE: has a meaning with 802.3ad, but not with active-backup',
    ],
  ],
  [
    'options that the mode does not heed',
    {
      ...lan,
      NIC_b0_BOND: 'lan1',
      NIC_b0_HASH: 'layer3+4',
      NIC_b1_BOND: 'lan2',
      NIC_b1_MODE: '802.3ad',
      NIC_b1_PRIMARY: 'lan2',
    },
    [
      'warning: NIC_b0_HASH: has a meaning with 802.3ad, balance-xor, balance-tlb, balance-alb, but not with active-backup',
      'warning: NIC_b1_PRIMARY: has a meaning with active-backup, balance-tlb, balance-alb, but not with 802.3ad',
    ],
  ],
  [
    'a primary that is not a member',
    { ...lan, NIC_b0_BOND: 'lan1', NIC_b0_PRIMARY: 'lan2' },
    ['NIC_b0_PRIMARY: lan2 is not a member of the bond'],
  ],
  [
    'a loop',
    { ...lan, NIC_b0_BOND: 'v7', NIC_v7_VLAN: '7', NIC_v7_LINK: 'b0' },
    ['NIC_b0_BOND: b0 would lie on itself: b0 on v7 on b0', 'NIC_v7_VLAN: v7 would lie on itself: v7 on b0 on v7'],
  ],
  ['a VLAN on itself', { ...lan, NIC_v_VLAN: '7', NIC_v_LINK: 'v' }, ['NIC_v_VLAN: v would lie on itself: v on v']],
  ['a bond of itself', { ...lan, NIC_b0_BOND: 'b0' }, ['NIC_b0_BOND: b0 would lie on itself: b0 on b0']],
  [
    'a bridge in a bridge',
    { ...lan, NIC_br0_BRIDGE: 'lan1', NIC_br1_BRIDGE: 'br0' },
    ['NIC_br1_BRIDGE: br0 is a bridge, which cannot be in a bridge'],
  ],
  [
    'a bond that is a bridge',
    { ...lan, NIC_x_BOND: 'lan1', NIC_x_BRIDGE: 'lan2' },
    ['NIC_x_BRIDGE: it is a bond already, by NIC_x_BOND'],
  ],
  [
    'addresses of a member',
    { ...lan, NIC_b0_BOND: 'lan1', NIC_lan1_IP: '10.77.0.5', NIC_lan1_DHCP: 'ipv6' },
    [
      'NIC_lan1_IP: the interface is a member of b0, and has no addresses; write it as NIC_b0_…',
      'NIC_lan1_DHCP: the interface is a member of b0, and has no addresses; write it as NIC_b0_…',
    ],
  ],
  [
    'MTUs out of bounds',
    { ...lan, MTU: '67', NIC_lan1_MTU: '65536', NIC_lan2_MTU: 'big' },
    [
      "NIC_lan1_MTU: '65536' is not a number from 68 to 65535",
      "NIC_lan2_MTU: 'big' is not a number from 68 to 65535",
      "MTU: '67' is not a number from 68 to 65535",
    ],
  ],
  [
    'a VLAN with more than its link',
    { ...lan, NIC_v7_VLAN: '7', NIC_v7_MTU: '9000' },
    ['NIC_v7_MTU: 9000 is more than the 1500 of the interface that it lies on'],
  ],
  [
    'a bridge with more than its member',
    { ...lan, NIC_br0_BRIDGE: 'lan1', NIC_br0_MTU: '9000' },
    ['warning: NIC_br0_MTU: 9000 is more than the 1500 of a member: such packets are lost there'],
  ],
  [
    'a member with another MTU than its bond',
    { ...lan, NIC_b0_BOND: 'lan1', NIC_lan1_MTU: '9000' },
    ['NIC_lan1_MTU: 9000 is not the 1500 of b0, which all its members have'],
  ],
  ['IPv6 in too small packets', { ...lan, MTU: '1279', IP6: '2001:db8::1' }, ['MTU: IPv6 needs at least 1280']],
  [
    'gateways elsewhere',
    { ...lan, GATEWAY: '10.78.0.1', IP6: '2001:db8::1', GATEWAY6: '2001:db8:1::1' },
    [
      'GATEWAY: 10.78.0.1 is not in the network of 10.77.0.101/24',
      'GATEWAY6: 2001:db8:1::1 is not in the network of 2001:db8::1/64',
    ],
  ],
  [
    'a router that inherits itself',
    { ...lan, GATEWAY: '10.77.0.101' },
    ["warning: GATEWAY: 10.77.0.101 is the machine's own address: it gets no default route"],
  ],
  [
    'routes',
    {
      ...lan,
      ROUTES:
        '10.1.0.1/16 via 10.77.0.1 10.2.0.0/16 10.3.0.0/33 via 10.77.0.1 10.4.0.0/16 via x 10.5.0.0/16 via 10.77.0.1 metric -1 10.6.0.0/16 to 2001:db8::/32 via 10.77.0.1 10.7.0.0/16 via 10.9.9.9 10.8.0.0/16 via 10.77.0.1 direct',
    },
    [
      'ROUTES: 10.1.0.1/16 is not the first address of a network; 10.1.0.0/16 is',
      'ROUTES: 10.2.0.0/16 has no `via`',
      "ROUTES: '10.3.0.0/33' is not a network with its prefix, such as 10.1.0.0/16",
      "ROUTES: 'x' is not the address of a router",
      "ROUTES: 10.5.0.0/16: '-1' is not a metric",
      "ROUTES: 10.6.0.0/16: 'to' is not expected here",
      'ROUTES: 2001:db8::/32 is of IPv6, but 10.77.0.1 is not',
      'ROUTES: 10.8.0.0/16 is both `via` a router and `direct`',
      'ROUTES: 10.9.9.9 is not in the network of 10.77.0.101/24',
    ],
  ],
  [
    'two routes to one destination',
    {
      ...lan,
      IP6: '2001:db8::1',
      ROUTES:
        '10.1.0.0/16 via 10.77.0.1 10.1.0.0/16 via 10.77.0.2 10.2.0.0/16 via 10.77.0.1 default via 10.77.0.1 2001:db8:1::/48 via 2001:db8::2 2001:db8:1::/48 via 2001:db8::3',
      NIC_lan1_IP: '10.78.0.1',
      NIC_lan1_ROUTES: '10.1.0.0/16 via 10.78.0.2 metric 5 10.2.0.0/16 via 10.78.0.2',
    },
    [
      'warning: ROUTES: 10.1.0.0/16 has a route already, and nobody knows which is taken: give this one a `metric`',
      'warning: ROUTES: default has a route by GATEWAY already, and nobody knows which is taken: give this one a `metric`',
      'warning: NIC_lan1_ROUTES: 10.2.0.0/16 has a route by ROUTES already, and nobody knows which is taken: give this one a `metric`',
    ],
  ],
  [
    'a route of a family without an address',
    { ...lan, DHCP: 'no', RA: 'no', ROUTES: '2001:db8::/32 via 2001:db8:1::1' },
    ['ROUTES: 2001:db8:1::1 cannot be reached: the interface has no IPv6 address'],
  ],
  [
    'words',
    { ...lan, DHCP: 'on', RA: '1', NIC_br0_BRIDGE: 'none', NIC_br0_STP: 'off' },
    [
      "NIC_br0_STP: 'off' is not one of yes, no",
      "RA: '1' is not one of yes, no",
      "DHCP: 'on' is not one of yes, ipv4, ipv6, no",
    ],
  ],
  [
    'further addresses',
    { ...lan, ADDRESSES: '10.77.0.5 10.0.0.1/33' },
    [
      "ADDRESSES: '10.77.0.5' is not an address with its prefix, such as 10.77.0.5/24",
      "ADDRESSES: '10.0.0.1/33' is not an address with its prefix, such as 10.77.0.5/24",
    ],
  ],
  ['prefixes', { ...lan, IP6: '2001:db8::1', PREFIX6: '129' }, ["PREFIX6: '129' is not a number from 1 to 128"]],
  [
    'names',
    {
      ...lan,
      NIC: 'lan1',
      NIC_a_very_long_name_MAC: '52:54:00:77:00:05',
      NIC_eth0_MAC: '52:54:00:77:00:06',
      NIC_all_BRIDGE: 'none',
      NIC_123_VLAN: '3',
    },
    [
      'NIC: lan1 is described by NIC_lan1_… already',
      'NIC_123_VLAN: 123 is a number, and no name of an interface',
      "warning: NIC_a_very_long_name_MAC: a_very_long_name is longer than the 15 characters of an interface's name; the card keeps the name that the kernel gives it",
      'NIC_all_BRIDGE: all is a name that no interface can have',
      'warning: NIC_eth0_MAC: eth0 is a name that the kernel gives by itself, perhaps to another card; the card keeps the name that the kernel gives it',
    ],
  ],
  [
    'settings of another kind',
    { ...lan, NIC_lan1_MODE: '802.3ad', NIC_lan2_LINK: 'lan1' },
    [
      'warning: NIC_lan1_MODE: is of a bond, but this is a card',
      'warning: NIC_lan2_LINK: is of a vlan, but this is a card',
    ],
  ],
  [
    'two addresses for a bridge',
    { ...lan, NIC_br0_BRIDGE: 'none', NIC_br0_MAC: '52:54:00:77:00:08 52:54:00:77:00:09' },
    ['NIC_br0_MAC: is more than one address, which only a card may have'],
  ],
  [
    'domains',
    { ...lan, SEARCH: 'lab.example, -x a..b' },
    [
      "SEARCH: 'lab.example,' is not a domain such as lab.example",
      "SEARCH: '-x' is not a domain such as lab.example",
      "SEARCH: 'a..b' is not a domain such as lab.example",
    ],
  ],
];

const say = (record: Variables): string[] =>
  readNetwork(record).faults.map(({ severity, message, suggestion }) => {
    const hint = suggestion === undefined ? '' : ` (${suggestion})`;
    return `${severity === 'warning' ? 'warning: ' : ''}${message.split('; a route is')[0]}${hint}`;
  });

suite('networks that are taken', () => {
  for (const [what, record] of legal) test(what, () => assert.deepEqual(say(record), []));
});

suite('networks that are refused', () => {
  for (const [what, record, faults] of wrong) {
    test(what, () => assert.deepEqual(say(record).sort(), [...faults].sort()));
  }
});

test('the bridge over the bond has the addresses and the MAC of the first card, the others none', () => {
  const record = { ...lan, NIC_bond0_BOND: 'lan1 lan0', NIC_br0_BRIDGE: 'lan2 bond0' };
  const { interfaces } = readNetwork(record);
  assert.deepEqual(
    interfaces.map(({ name, mac, master, addresses, isBare }) => [name, mac, master?.name, addresses.length, isBare]),
    [
      ['lan0', undefined, 'bond0', 0, true],
      ['bond0', cards.MAC, 'br0', 0, true],
      ['br0', cards.MAC, undefined, 1, false],
      ['lan1', undefined, 'bond0', 0, true],
      ['lan2', undefined, 'br0', 0, true],
    ],
  );
});

const names = ['a', 'b', 'c', 'd'];
const someNames = fc.array(fc.constantFrom(...names, 'first'), { maxLength: 3 }).map((words) => words.join(' '));
const randomRecord = fc
  .tuple(
    ...names.map((name) =>
      fc.record(
        {
          [`NIC_${name}_BOND`]: someNames,
          [`NIC_${name}_BRIDGE`]: someNames,
          [`NIC_${name}_VLAN`]: fc.constantFrom('1', '20', '4095'),
          [`NIC_${name}_LINK`]: fc.constantFrom(...names),
          [`NIC_${name}_MAC`]: fc.constant('52:54:00:77:00:09'),
          [`NIC_${name}_MTU`]: fc.constantFrom('1500', '9000', '1000'),
          [`NIC_${name}_IP6`]: fc.constantFrom('2001:db8::1', ''),
        },
        { requiredKeys: [] },
      ),
    ),
    fc.record(
      { MAC: fc.constant(cards.MAC), NIC: fc.constant('first'), MTU: fc.constant('9000') },
      { requiredKeys: [] },
    ),
  )
  .map((parts) => Object.assign({}, ...parts) as Variables);

test('whatever is stacked ends, and without faults nothing lies on itself or is in two', () => {
  fc.assert(
    fc.property(randomRecord, (record) => {
      const { interfaces, faults } = readNetwork(record);
      if (faults.some(({ severity }) => severity === 'error')) return;
      const byName = new Map(interfaces.map((each) => [each.name, each]));
      const depthOf = (each: (typeof interfaces)[number], depth = 0): number => {
        assert.ok(depth <= interfaces.length);
        const master = byName.get(each.master?.name);
        return master === undefined ? depth : depthOf(master, depth + 1);
      };
      for (const each of interfaces) {
        depthOf(each);
        if (each.master !== undefined) assert.deepEqual([each.addresses, each.dhcp], [[], 'no']);
        for (const vlan of each.vlans) assert.ok(byName.get(vlan)?.device.kind === 'vlan');
      }
    }),
    { numRuns: 300 },
  );
});
