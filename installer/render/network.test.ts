import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderNetworkdFiles } from './networkd-files.ts';

const cards = { MAC: '52:54:00:77:00:01', NIC: 'lan0', NIC_lan1_MAC: '52:54:00:77:00:02' };
const address = { IP: '10.77.0.101', NETMASK: '255.255.255.0', GATEWAY: '10.77.0.254' };

/** The files without their first line, by what follows `10-gutinteg-`. */
function render(record: Readonly<Record<string, string>>): Record<string, string> {
  const files = renderNetworkdFiles(record).map(({ path, content }) => {
    const name = path.replace('/etc/systemd/network/10-gutinteg-', '');
    return [name, content.slice(content.indexOf('\n') + 1)] as const;
  });
  return Object.fromEntries(files);
}

const text = (...lines: string[]): string => `${lines.join('\n')}\n`;

type Case = { what: string; record: Readonly<Record<string, string>>; files: Readonly<Record<string, string>> };

const cases: Case[] = [
  {
    what: 'one card with an address',
    record: { MAC: cards.MAC, ...address },
    files: {
      '0.network': text(
        '[Match]',
        'MACAddress=52:54:00:77:00:01',
        '',
        '[Network]',
        'Address=10.77.0.101/24',
        'Gateway=10.77.0.254',
      ),
    },
  },
  {
    what: 'a card that is named, and one that asks DHCP',
    record: { ...cards, ...address, NIC_lan1_MAC: '52:54:00:77:00:02 52:54:00:77:00:03' },
    files: {
      '0.link': text(
        '[Match]',
        'MACAddress=52:54:00:77:00:01',
        '',
        '[Link]',
        'Name=lan0',
        'AlternativeNamesPolicy=database onboard slot path',
      ),
      'lan1.network': text('[Match]', 'MACAddress=52:54:00:77:00:02 52:54:00:77:00:03', '', '[Network]', 'DHCP=ipv4'),
    },
  },
  {
    what: "a bond has the first card's address, on the wire and in IP",
    record: { ...cards, ...address, NIC_bond0_BOND: 'lan1 lan0', NIC_bond0_MODE: '802.3ad', NIC_bond0_PRIMARY: 'lan1' },
    files: {
      '0.network': text(
        '[Match]',
        'PermanentMACAddress=52:54:00:77:00:01',
        '',
        '[Network]',
        'Bond=bond0',
        'LinkLocalAddressing=no',
      ),
      'lan1.network': text(
        '[Match]',
        'PermanentMACAddress=52:54:00:77:00:02',
        '',
        '[Network]',
        'Bond=bond0',
        'PrimarySlave=yes',
        'LinkLocalAddressing=no',
      ),
      'bond0.netdev': text(
        '[NetDev]',
        'Name=bond0',
        'Kind=bond',
        'MACAddress=52:54:00:77:00:01',
        '',
        '[Bond]',
        'Mode=802.3ad',
        'MIIMonitorSec=100ms',
      ),
      'bond0.network': text('[Match]', 'Name=bond0', '', '[Network]', 'Address=10.77.0.101/24', 'Gateway=10.77.0.254'),
    },
  },
  {
    what: 'a VLAN lies where the addresses are, with the MTU of what is below it',
    record: {
      ...cards,
      ...address,
      MTU: '9000',
      NIC_br0_BRIDGE: 'lan0',
      NIC_v20_VLAN: '20',
      NIC_v20_IP6: '2001:db8::1',
    },
    files: {
      '0.network': text(
        '[Match]',
        'PermanentMACAddress=52:54:00:77:00:01',
        '',
        '[Link]',
        'MTUBytes=9000',
        '',
        '[Network]',
        'Bridge=br0',
        'LinkLocalAddressing=no',
      ),
      'br0.network': text(
        '[Match]',
        'Name=br0',
        '',
        '[Link]',
        'MTUBytes=9000',
        '',
        '[Network]',
        'VLAN=v20',
        'Address=10.77.0.101/24',
        'Gateway=10.77.0.254',
      ),
      'v20.netdev': text('[NetDev]', 'Name=v20', 'Kind=vlan', '', '[VLAN]', 'Id=20'),
      'v20.network': text(
        '[Match]',
        'Name=v20',
        '',
        '[Link]',
        'MTUBytes=9000',
        '',
        '[Network]',
        'Address=2001:db8::1/64',
      ),
    },
  },
  {
    what: 'routes, several addresses, a router of IPv6',
    record: {
      MAC: cards.MAC,
      ...address,
      IP6: '2001:db8::101 2001:DB8::0102',
      GATEWAY6: 'fe80::1',
      ADDRESSES: '10.78.0.5/16 2001:db8:1::5/48',
      ROUTES: '10.1.0.0/16 via 10.77.0.2 metric 50 10.9.9.9/32 direct default via 10.9.9.9 metric 9',
    },
    files: {
      '0.network': text(
        '[Match]',
        'MACAddress=52:54:00:77:00:01',
        '',
        '[Network]',
        'Address=10.77.0.101/24',
        'Address=2001:db8::101/64',
        'Address=2001:db8::102/64',
        'Address=10.78.0.5/16',
        'Address=2001:db8:1::5/48',
        'Gateway=10.77.0.254',
        'Gateway=fe80::1',
        'IPv6AcceptRA=no',
        '',
        '[Route]',
        'Destination=10.1.0.0/16',
        'Gateway=10.77.0.2',
        'Metric=50',
        '',
        '[Route]',
        'Destination=10.9.9.9/32',
        'Scope=link',
        '',
        '[Route]',
        'Destination=0.0.0.0/0',
        'Gateway=10.9.9.9',
        'Metric=9',
      ),
    },
  },
  {
    what: 'an address without a network, and a second gateway',
    record: {
      MAC: cards.MAC,
      IP: '203.0.113.7',
      NETMASK: '255.255.255.255',
      GATEWAY: '198.51.100.1',
      NIC_lan1_MAC: cards.NIC_lan1_MAC,
      NIC_lan1_IP: '10.0.0.0',
      NIC_lan1_NETMASK: '255.255.255.254',
      NIC_lan1_GATEWAY: '10.0.0.1',
    },
    files: {
      '0.network': text(
        '[Match]',
        'MACAddress=52:54:00:77:00:01',
        '',
        '[Network]',
        'Address=203.0.113.7/32',
        '',
        '[Route]',
        'Destination=0.0.0.0/0',
        'Gateway=198.51.100.1',
        'GatewayOnLink=yes',
      ),
      'lan1.network': text(
        '[Match]',
        'MACAddress=52:54:00:77:00:02',
        '',
        '[Network]',
        'Address=10.0.0.0/31',
        '',
        '[Route]',
        'Destination=0.0.0.0/0',
        'Gateway=10.0.0.1',
        'Metric=2049',
      ),
    },
  },
  {
    what: 'what has no address, and what is too small for IPv6',
    record: {
      MAC: cards.MAC,
      DHCP: 'no',
      NIC_br0_BRIDGE: 'none',
      NIC_br0_IP: '10.5.0.1',
      NETMASK: '255.255.0.0',
      NIC_br0_MTU: '576',
    },
    files: {
      '0.network': text(
        '[Match]',
        'PermanentMACAddress=52:54:00:77:00:01',
        '',
        '[Network]',
        'LinkLocalAddressing=no',
        'IPv6AcceptRA=no',
      ),
      'br0.netdev': text('[NetDev]', 'Name=br0', 'Kind=bridge', '', '[Bridge]', 'STP=no'),
      'br0.network': text(
        '[Match]',
        'Name=br0',
        '',
        '[Link]',
        'MTUBytes=576',
        '',
        '[Network]',
        'Address=10.5.0.1/16',
        'LinkLocalAddressing=no',
        'IPv6AcceptRA=no',
        'ConfigureWithoutCarrier=yes',
      ),
    },
  },
  {
    what: 'InfiniBand has no permanent address',
    record: { MAC: '00:02:c9:03:00:00:10:39', NIC_v5_VLAN: '5', DHCP: 'yes', RA: 'no' },
    files: {
      '0.network': text(
        '[Match]',
        'MACAddress=00:02:c9:03:00:00:10:39',
        '',
        '[Network]',
        'VLAN=v5',
        'DHCP=yes',
        'IPv6AcceptRA=no',
      ),
    },
  },
];

for (const { what, record, files } of cases) {
  test(`network: ${what}`, () => {
    const rendered = render(record);
    for (const [name, content] of Object.entries(files)) assert.equal(rendered[name], content, name);
  });
}
