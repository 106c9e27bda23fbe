// The files that we render, applied by systemd-networkd on Debian's kernel, and read back with ip(8).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNetwork } from '../../network-specs/read-network.ts';
import { runNetworkdMachine } from '../helpers/networkd-machine.ts';
import type { NetworkdMachine } from '../helpers/networkd-machine.ts';

const [lan0 = '', lan1 = '', lan2 = ''] = ['01', '02', '03'].map((last) => `52:54:00:77:00:${last}`);

type Link = {
  readonly ifname: string;
  readonly address: string;
  readonly mtu: number;
  readonly master?: string;
  readonly link?: string;
  readonly flags: readonly string[];
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: Readonly<Record<string, unknown>> };
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number; readonly dynamic?: boolean }[];
};

type Route = { readonly dst: string; readonly gateway?: string; readonly dev: string; readonly metric?: number };

async function run(machine: NetworkdMachine) {
  assert.deepEqual(readNetwork(machine.record).faults, []);
  const found = await runNetworkdMachine(machine);
  assert.deepEqual(found['complaints'], []);
  const links = new Map((found['links'] as Link[]).map((link) => [link.ifname, link]));
  // They had other names before.
  const before = (found['before'] as Link[]).map(({ ifname }) => ifname);
  assert.ok(!before.includes('lan1'), before.join(' '));
  const routes = [...(found['routes'] as Route[]), ...(found['routes6'] as Route[])];
  return { link: (name: string) => links.get(name) ?? assert.fail([...links.keys()].join(' ')), routes };
}

/** Without link-local ones, which come by themselves. */
function addressesOf({ addr_info }: Link): string[] {
  return addr_info
    .filter(({ local }) => !local.startsWith('fe80:'))
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

const kindOf = ({ linkinfo }: Link) => linkinfo?.info_kind;

test('a bond with VLANs and a bridge: addresses, MTUs, routes', async () => {
  const { link, routes } = await run({
    cards: [lan2, lan1, lan0],
    record: {
      MAC: lan0,
      NIC: 'lan0',
      IP: '10.77.0.101',
      NETMASK: '255.255.255.0',
      GATEWAY: '10.77.0.254',
      IP6: '2001:db8:77::101',
      GATEWAY6: '2001:db8:77::fe',
      ADDRESSES: '10.78.0.5/16',
      ROUTES: '10.1.0.0/16 via 10.77.0.2 metric 50 2001:db8:1::/48 via 2001:db8:77::2 10.9.0.0/16 direct',
      MTU: '9000',
      NIC_lan1_MAC: lan1,
      NIC_lan2_MAC: lan2,
      NIC_lan2_DHCP: 'no',
      NIC_bond0_BOND: 'lan1 lan0',
      NIC_bond0_PRIMARY: 'lan0',
      NIC_vlan20_VLAN: '20',
      NIC_vlan20_MTU: '1500',
      NIC_br20_BRIDGE: 'vlan20',
      NIC_br20_IP: '10.20.4.1',
      NIC_storage_VLAN: '30',
      NIC_storage_IP: '10.30.4.1',
    },
    peer: `ip link set $peer mtu 9000 up
ip addr add 10.77.0.254/24 dev $peer
ip -6 addr add 2001:db8:77::fe/64 dev $peer nodad
for id in 20 30; do
  ip link add link $peer name vlan$id type vlan id $id
  ip addr add 10.$id.4.254/24 dev vlan$id
  ip link set vlan$id up
done`,
    ready:
      'ping -c 1 -W 1 10.77.0.254 && ping -c 1 -W 1 -s 8972 10.77.0.254 && ping -c 1 -W 1 10.20.4.254 && ping -c 1 -W 1 -s 8972 10.30.4.254 && ping -6 -c 1 -W 1 2001:db8:77::fe',
  });
  for (const [name, mac] of [
    ['lan0', lan0],
    ['lan1', lan1],
  ] as const) {
    assert.deepEqual([link(name).master, addressesOf(link(name)), link(name).mtu], ['bond0', [], 9000], mac);
    // A bond gives all its members one address.
    assert.equal(link(name).address, lan0);
  }
  const bond = link('bond0');
  assert.deepEqual([kindOf(bond), bond.address, bond.mtu], ['bond', lan0, 9000]);
  const { mode, miimon, active_slave: active, primary } = bond.linkinfo?.info_data ?? {};
  assert.deepEqual([mode, miimon, active, primary], ['active-backup', 100, 'lan0', 'lan0']);
  assert.deepEqual(addressesOf(bond).sort(), ['10.77.0.101/24', '10.78.0.5/16', '2001:db8:77::101/64']);
  const vlan = link('vlan20');
  assert.deepEqual([kindOf(vlan), vlan.link, vlan.master, vlan.mtu], ['vlan', 'bond0', 'br20', 1500]);
  assert.equal(vlan.linkinfo?.info_data?.['id'], 20);
  assert.deepEqual([link('storage').mtu, addressesOf(link('storage'))], [9000, ['10.30.4.1/24']]);
  assert.deepEqual([kindOf(link('br20')), addressesOf(link('br20'))], ['bridge', ['10.20.4.1/24']]);
  assert.deepEqual([link('lan2').address, link('lan2').addr_info], [lan2, []]);
  const expected: Partial<Route>[] = [
    { dst: 'default', gateway: '10.77.0.254', dev: 'bond0' },
    { dst: 'default', gateway: '2001:db8:77::fe', dev: 'bond0' },
    { dst: '10.1.0.0/16', gateway: '10.77.0.2', dev: 'bond0', metric: 50 },
    { dst: '2001:db8:1::/48', gateway: '2001:db8:77::2', dev: 'bond0' },
    { dst: '10.9.0.0/16', dev: 'bond0' },
  ];
  for (const route of expected) assertHas(routes, route);
});

test('a bridge that asks DHCP and heeds routers; 802.3ad; a router outside of /32; a second gateway', async () => {
  const { link, routes } = await run({
    cards: [lan0, lan1, lan2],
    record: {
      MAC: lan0,
      NIC: 'up0',
      DHCP: 'yes',
      NIC_br0_BRIDGE: 'up0',
      NIC_lan1_MAC: lan1,
      NIC_lan2_MAC: lan2,
      NIC_bond1_BOND: 'lan1 lan2',
      NIC_bond1_MODE: '802.3ad',
      NIC_bond1_HASH: 'layer3+4',
      NIC_bond1_LACPRATE: 'fast',
      NIC_bond1_IP: '203.0.113.7',
      NIC_bond1_NETMASK: '255.255.255.255',
      NIC_bond1_GATEWAY: '198.51.100.1',
      NIC_empty_BRIDGE: 'none',
      NIC_empty_IP: '10.5.0.1',
      NIC_empty_NETMASK: '255.255.0.0',
      NIC_empty_GATEWAY: '10.5.0.2',
      NIC_empty_MTU: '1000',
    },
    peer: `ip addr add 10.77.0.1/24 dev $peer
ip -6 addr add 2001:db8:77::1/64 dev $peer nodad
ip link set $peer up
dnsmasq --conf-file=/dev/null --port=0 --user=root --group=root --pid-file=/run/dnsmasq.pid --leasefile-ro --no-ping \\
  --interface=$peer --dhcp-range=10.77.0.150,static,255.255.255.0 --dhcp-host=${lan0},10.77.0.150 --dhcp-option=3,10.77.0.1 \\
  --enable-ra --dhcp-range=::,constructor:$peer,ra-only --ra-param=$peer,4`,
    ready:
      'ip addr show br0 | grep -q 10.77.0.150/24 && ip addr show br0 | grep -q 2001:db8:77:.*/64 && ip addr show bond1 | grep -q 203.0.113.7/32 && ip addr show empty | grep -q 10.5.0.1/16 && ip route | grep -q 10.5.0.2',
  });
  assert.deepEqual([link('up0').master, addressesOf(link('up0'))], ['br0', []]);
  assert.deepEqual([kindOf(link('br0')), link('br0').address], ['bridge', lan0]);
  const bond = link('bond1');
  assert.deepEqual([kindOf(bond), bond.address], ['bond', lan1]);
  const { mode, xmit_hash_policy: hash, ad_lacp_rate: rate } = bond.linkinfo?.info_data ?? {};
  assert.deepEqual([mode, hash, rate], ['802.3ad', 'layer3+4', 'fast']);
  assert.deepEqual([link('lan1').master, link('lan2').master], ['bond1', 'bond1']);
  assert.deepEqual([link('empty').mtu, addressesOf(link('empty'))], [1000, ['10.5.0.1/16']]);
  assert.deepEqual(link('empty').addr_info.length, 1);
  assertHas(routes, { dst: 'default', gateway: '10.77.0.1', dev: 'br0', metric: 1024 });
  assertHas(routes, { dst: 'default', gateway: '198.51.100.1', dev: 'bond1' });
  assertHas(routes, { dst: 'default', gateway: '10.5.0.2', dev: 'empty', metric: 2049 });
});

function assertHas(routes: readonly Route[], wanted: Partial<Route>): void {
  const isSame = (route: Route) => Object.entries(wanted).every(([key, value]) => route[key as keyof Route] === value);
  assert.ok(routes.some(isSame), `${JSON.stringify(wanted)} is not in ${JSON.stringify(routes)}`);
}
