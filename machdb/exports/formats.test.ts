import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportText } from './export-text.ts';
import { exportFormatNames } from './format-names.ts';

const office = `
office:
    DOMAIN=lab.example
    NETMASK=255.255.255.0
    GATEWAY=10.77.0.1
    NAMESERVER=10.77.0.2
server: office
    MAC=52:54:00:77:00:01 52-54-0-77-0-2
    IP=10.77.0.2
    IP6=2001:DB8:0::1
    ALIASES=www web.other.example
    NIC_storage_MAC=5254.0077.0003
    NIC_storage_IP=10.78.0.2
    NIC_storage_NETMASK=255.255.255.0
b: office
    IP=10.77.0.9
    MAC=52:54:00:77:00:09
    GATEWAY=
`;

test('hosts: a line for each address, the whole name first', () => {
  assert.deepEqual(exportText('hosts', office).text.split('\n').slice(3), [
    '10.77.0.2 server.lab.example server www.lab.example www web.other.example',
    '2001:db8::1 server.lab.example server www.lab.example www web.other.example',
    '10.78.0.2 server-storage.lab.example server-storage',
    '10.77.0.9 b.lab.example b',
    '',
  ]);
});

test('ethers: a line for each MAC address', () => {
  assert.deepEqual(exportText('ethers', office).text.split('\n').slice(1), [
    '52:54:00:77:00:01 server',
    '52:54:00:77:00:02 server',
    '52:54:00:77:00:03 server-storage',
    '52:54:00:77:00:09 b',
    '',
  ]);
});

test('cluster-xml: a host for each interface with an address, masters by object, bootmaster by machine or address', () => {
  const cluster = `master:\n${office
    .replace('server: office', 'server: office master')
    .replace(
      'b: office',
      'b: office\n    CLUSTER_BOOTMASTER=server\n    CLUSTER_NOTES=a&b <c>',
    )}\ncard:\n MAC=52:54:00:77:00:77\nsix:\n MAC=52:54:00:77:00:06\n IP6=2001:DB8::6\n CLUSTER_BOOTMASTER=10.77.0.2\n`;
  const { text, said } = exportText('cluster-xml', cluster, { masters: 'master' });
  assert.deepEqual(said, ['server: MAC: a host of cluster.xml has one MAC address; only 52:54:00:77:00:01 is written']);
  const hosts = [
    '<ip>10.77.0.2</ip><mac>52:54:00:77:00:01</mac><hostname>server</hostname><notes>master</notes>',
    '<ip>10.78.0.2</ip><mac>52:54:00:77:00:03</mac><hostname>server-storage</hostname><notes>master</notes>',
    '<ip>10.77.0.9</ip><mac>52:54:00:77:00:09</mac><hostname>b</hostname><notes>a&amp;b &lt;c&gt;</notes><bootmaster>10.77.0.2</bootmaster>',
    '<ip>2001:db8::6</ip><mac>52:54:00:77:00:06</mac><hostname>six</hostname><bootmaster>10.77.0.2</bootmaster>',
  ];
  const written = text.slice(text.indexOf('<cluster>')).replaceAll(/\n */g, '');
  assert.equal(written, `<cluster>${hosts.map((host) => `<host>${host}</host>`).join('')}</cluster>`);
});

const masters: readonly [masters: string, found: readonly string[]][] = [
  ['above', ['heir', 'heir2']],
  ['heir', ['heir', 'heir2']],
  ['ROLE', ['heir2']],
];
for (const [name, found] of masters) {
  test(`cluster-xml: --masters ${name}`, () => {
    const text = 'above:\nheir: above\n IP=10.0.0.1\n ROLE=\nheir2: heir\n IP=10.0.0.2\n ROLE=head\nc:\n IP=10.0.0.3\n';
    const hosts = exportText('cluster-xml', text, { masters: name }).text.split('<host>').slice(1);
    const named = hosts.filter((host) => host.includes('<notes>master</notes>'));
    assert.deepEqual(
      named.map((host) => /<hostname>(\w+)/.exec(host)?.[1]),
      found,
    );
  });
}

test('cluster-xml: a machine that has no other name keeps it, whoever comes first', () => {
  const { text, said } = exportText('cluster-xml', 'A:\n IP=10.0.0.1\n DOMAIN=x.example\na:\n IP=10.0.0.2\n', {});
  assert.deepEqual(text.match(/(?<=<hostname>)[^<]+/g), ['a.x.example', 'a']);
  assert.deepEqual(said, ['A: the name a already belongs to a; a.x.example is written']);
});

test('cluster-xml: --masters of a name that is neither object nor variable, --bootmaster of a variable', () => {
  const text = 'head:\na:\n IP=10.0.0.1\n BOOT=10.0.0.9\n';
  assert.throws(() => exportText('cluster-xml', text, { masters: 'haed' }), /neither an object .* nor a variable/);
  assert.match(exportText('cluster-xml', text, { bootmaster: 'BOOT' }).text, /<bootmaster>10\.0\.0\.9</);
});

test('dnsmasq: what machines of a network agree on is said once, the rest by tags', () => {
  assert.deepEqual(exportText('dnsmasq', office).text.split('\n').slice(1), [
    'host-record=server.lab.example,10.77.0.2,2001:db8::1',
    'host-record=server-storage.lab.example,10.78.0.2',
    'host-record=b.lab.example,10.77.0.9',
    'cname=www.lab.example,server.lab.example',
    'cname=web.other.example,server.lab.example',
    'dhcp-range=set:net-10.77.0.0,10.77.0.0,static,255.255.255.0',
    'dhcp-option=tag:net-10.77.0.0,option:dns-server,10.77.0.2',
    'domain=lab.example,10.77.0.0/24',
    'dhcp-option=tag:net-10.77.0.0-1,option:router,10.77.0.1',
    'dhcp-host=52:54:00:77:00:01,52:54:00:77:00:02,set:net-10.77.0.0-1,10.77.0.2,server',
    'dhcp-option=tag:net-10.77.0.0-2,option:router',
    'dhcp-host=52:54:00:77:00:09,set:net-10.77.0.0-2,10.77.0.9,b',
    'dhcp-range=set:net-10.78.0.0,10.78.0.0,static,255.255.255.0',
    'dhcp-option=tag:net-10.78.0.0,option:router',
    'domain=lab.example,10.78.0.0/24',
    'dhcp-host=52:54:00:77:00:03,10.78.0.2,server-storage',
    '',
  ]);
});

const infiniband = `
lab:
    DOMAIN=lab.example
    NETMASK=255.255.255.0
a: lab
    MAC=80:00:04:04:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:10:39
    IP=10.77.0.1
b: lab
    MAC=52:54:00:00:00:01 0002c90300001040
    IP=10.77.0.2
`;

test('InfiniBand: a client identifier in DHCP, a warning where only Ethernet is known', () => {
  const dnsmasq = exportText('dnsmasq', infiniband).text.split('\n');
  assert.deepEqual(
    dnsmasq.filter((line) => line.startsWith('dhcp-host=')),
    [
      'dhcp-host=id:20:00:02:c9:03:00:00:10:39,10.77.0.1,a',
      'dhcp-host=52:54:00:00:00:01,id:20:00:02:c9:03:00:00:10:40,10.77.0.2,b',
    ],
  );
  const kea = exportText('kea', infiniband).text;
  assert.match(kea, /"host-reservation-identifiers": \["hw-address","client-id"\],/);
  assert.deepEqual(kea.match(/"(client-id|hw-address)":"[^"]*"/g), [
    '"client-id":"20:00:02:c9:03:00:00:10:39"',
    '"hw-address":"52:54:00:00:00:01"',
    '"client-id":"20:00:02:c9:03:00:00:10:40"',
  ]);
  const ethers = exportText('ethers', infiniband);
  assert.deepEqual(ethers.text.split('\n').slice(1), ['52:54:00:00:00:01 b', '']);
  assert.match(ethers.said.join('\n'), /^a: MAC: 80:.*:39 is an address of InfiniBand, which this file cannot hold$/m);
});

test('InfiniBand: one port twice is one client, two ports are too many for dnsmasq', () => {
  const ports = (last: string) =>
    infiniband.replace('52:54:00:00:00:01 ', `80:00:04:05:fe:80:00:00:00:00:00:00:00:02:c9:03:00:00:10:${last} `);
  assert.equal(exportText('kea', ports('40')).text.match(/"client-id":/g)?.length, 2);
  assert.deepEqual(exportText('dnsmasq', ports('40')).said, []);
  assert.match(exportText('dnsmasq', ports('41')).said.join('\n'), /b: MAC: dnsmasq takes one InfiniBand address/);
});

test('kea: a reservation for each MAC address, own options where machines differ', () => {
  const { Dhcp4 } = JSON.parse(exportText('kea', office).text) as { Dhcp4: { subnet4: unknown[] } };
  const router = { name: 'routers', data: '10.77.0.1' };
  const server = { 'ip-address': '10.77.0.2', hostname: 'server.lab.example', 'option-data': [router] };
  assert.deepEqual(Dhcp4.subnet4[0], {
    id: 0x0a4d0000,
    subnet: '10.77.0.0/24',
    'option-data': [
      { name: 'domain-name-servers', data: '10.77.0.2' },
      { name: 'domain-name', data: 'lab.example' },
    ],
    reservations: [
      { 'hw-address': '52:54:00:77:00:01', ...server },
      { 'hw-address': '52:54:00:77:00:02', ...server },
      { 'hw-address': '52:54:00:77:00:09', 'ip-address': '10.77.0.9', hostname: 'b.lab.example' },
    ],
  });
  assert.equal(Dhcp4.subnet4.length, 2);
});

test('DHCP of IPv4 is told no name server of IPv6', () => {
  const text = 'm:\nMAC=52:54:00:77:00:01\nIP=10.0.0.1\nNETMASK=255.0.0.0\nNAMESERVER=::1\nNAMESERVER2=10.0.0.2\n';
  assert.match(exportText('kea', text).text, /"name":"domain-name-servers","data":"10.0.0.2"/);
  assert.match(exportText('dnsmasq', text).text, /option:dns-server,10\.0\.0\.2\n/);
});

test('json: every value as it was written, an object by name', () => {
  const text = '__proto__:\n IP=10.0.0.1\n OSREV=6.10\n NOTE="{{ x }} \\"\n';
  const all = Object.entries(JSON.parse(exportText('json', text).text) as object);
  const record = { HOSTNAME: '__proto__', IP: '10.0.0.1', OSREV: '6.10', NOTE: '{{ x }} \\' };
  assert.deepEqual(all, [['__proto__', record]]);
  assert.equal(exportText('json', 'a:\n').text, '{}\n');
});

test('ansible: groups from the inheritance; a machine that others inherit from is none', () => {
  const text = `base-os:\nroom.a: base-os\n1st:\nunused: base-os\nall:
model: room.a 1st all\n IP=10.0.0.1\nheir: model base-os\n IP=10.0.0.2\nalone:\n IP=10.0.0.3\n`;
  const { _meta, ...groups } = JSON.parse(exportText('ansible', text).text) as Record<string, unknown>;
  assert.deepEqual(groups, {
    room_a: { children: [], hosts: ['model', 'heir'] },
    _1st: { children: [], hosts: ['model', 'heir'] },
    _all: { children: [], hosts: ['model', 'heir'] },
    base_os: { children: ['room_a'], hosts: ['heir'] },
    ungrouped: { hosts: ['alone'] },
  });
  assert.deepEqual(Object.keys((_meta as { hostvars: object }).hostvars), ['model', 'heir', 'alone']);
});

const zone = 'z:\n ZONE=lab.example\n NS=ns.other.example\n';
const net = ' DOMAIN=lab.example\n NETMASK=255.255.255.0\n';

const bond = (ofCard: string, ofBond: string) =>
  `a:\n${net}${ofCard} MAC=0:0:0:0:0:1\n NIC_b_BOND=c\n NIC_b_MAC=0:0:0:0:0:1\n${ofBond}`;
const first = bond(' IP=10.0.0.1\n', ' NIC_b_IP=10.0.0.2\n');
const second = bond('', ' NIC_b_IP=10.0.0.2\n');
const mac = '00:00:00:00:00:01';
for (const [format, text, lines] of [
  ['ethers', first, [`${mac} a`]],
  ['ethers', second, [`${mac} a-b`]],
  ['dnsmasq', first, [`dhcp-host=${mac},10.0.0.1,a`]],
  ['dnsmasq', second, [`dhcp-host=${mac},10.0.0.2,a-b`]],
  ['kea', first, [`{"hw-address":"${mac}","ip-address":"10.0.0.1","hostname":"a.lab.example"}`]],
  ['cluster-xml', first, [`    <mac>${mac}</mac>`]],
] as const) {
  test(`a bond with the MAC address of a card in it is one client: ${format}: ${lines[0]}`, () => {
    const exported = exportText(format, text);
    assert.deepEqual(exported.said, []);
    assert.deepEqual(
      exported.text.split('\n').filter((line) => line.includes(mac)),
      lines,
    );
  });
}
const refused: {
  name: string;
  formats: readonly (typeof exportFormatNames)[number][];
  text: string;
  said: string[];
}[] = [
  {
    name: 'a reference that leads nowhere: every machine, and no other fault',
    formats: exportFormatNames,
    text: `${zone} MX=gone\na:\n IP=10.0.0.1\n X=\${Y}\nb:\n IP=10.0.0.256\nc:\n IP=10.0.0.3\n X=\${Z}\n`,
    said: ['7: a: X refers to ${Y}, which is not set', '12: c: X refers to ${Z}, which is not set'],
  },
  {
    name: 'names and addresses that are none',
    formats: ['dns', 'reverse-dns', 'hosts', 'ethers', 'dnsmasq', 'kea', 'cluster-xml'],
    text: `${zone} ZONE+=10.in-addr.arpa\na_b:\n IP=10.0.0.1\nb:\n${net} IP=10.0.0.256\n MAC=x\n IP6=1::%lo\n ALIASES=$INCLUDE @ (\n`,
    said: [
      "5: a_b: HOSTNAME: 'a_b' is not a host name: 'a_b' is not allowed in one",
      ...['$INCLUDE', '@', '('].map(
        (word) => `13: b: ALIASES: '${word}' is not a host name: '${word.toLowerCase()}' is not allowed in one`,
      ),
      "11: b: MAC: 'x' is not a MAC address such as 52:54:00:77:00:01",
      "12: b: IP6: '1::%lo' is not an IPv6 address such as 2001:db8::101",
      "10: b: IP: '10.0.0.256' is not an IPv4 address such as 10.77.0.101",
    ],
  },
  {
    name: 'names and addresses that every machine has for itself, at the line that gives them',
    formats: ['dns', 'hosts', 'ethers', 'dnsmasq', 'kea'],
    text: `${zone}a:\n${net} IP=10.0.0.1\n MAC=0:0:0:0:0:1\n ALIASES=localhost\n ALIASES+=x\nb:\n${net} IP=127.0.0.1\n MAC=0:0:0:0:0:2\n`,
    said: [
      "9: a: ALIASES: 'localhost' cannot be given to a machine: every machine has this name for itself",
      "14: b: IP: '127.0.0.1' is in 127.0.0.0/8, which every machine has for itself",
    ],
  },
  {
    name: 'one name for two machines',
    formats: ['dns', 'hosts', 'dnsmasq'],
    text: `${zone}a:\n${net} IP=10.0.0.1\n ALIASES=www\nb:\n${net} IP=10.0.0.2\n ALIASES=www\n`,
    said: ['13: b: ALIASES: the name www.lab.example already belongs to a'],
  },
  {
    name: 'an alias that is the name of a machine',
    formats: ['dns', 'dnsmasq'],
    text: `${zone}a:\n${net} IP=10.0.0.1\n ALIASES=b\nb:\n${net} IP=10.0.0.2\n`,
    said: ['8: a: ALIASES: the name b.lab.example already belongs to b'],
  },
  {
    name: 'one address for two machines',
    formats: ['kea', 'dnsmasq'],
    text: `a:\n${net} IP=10.0.0.1\n MAC=0:0:0:0:0:1\nb:\n${net} IP=10.0.0.1\n MAC=0:0:0:0:0:2\n`,
    said: ['9: b: IP: 10.0.0.1 is already the address of a'],
  },
  {
    name: 'an address or a card of two hosts, and a bootmaster that is none',
    formats: ['cluster-xml'],
    text: `a:\n MAC=0:0:0:0:0:1\n IP=10.0.0.1\n CLUSTER_BOOTMASTER=c\na.x:\n MAC=0-0-0-0-0-1\n IP=10.0.0.1\n DOMAIN=x\nc:\n MAC=0:0:0:0:0:3\n`,
    said: [
      "4: a: CLUSTER_BOOTMASTER: 'c' is neither an address nor a machine with one",
      '7: a.x: IP: the address 10.0.0.1 already belongs to a',
      '6: a.x: MAC: the MAC address 00:00:00:00:00:01 already belongs to a',
    ],
  },
  {
    name: 'no netmask, a strange one, and a network that the address is not in',
    formats: ['kea', 'dnsmasq'],
    text: `a:\n IP=10.0.0.1\n MAC=0:0:0:0:0:1\nb:\n IP=10.0.0.2\n MAC=0:0:0:0:0:2\n NETMASK=255.0.255.0\nc:\n IP=10.0.0.3\n MAC=0:0:0:0:0:3\n NETMASK=255.255.255.0\n NETWORK=10.1.0.0\n`,
    said: [
      '1: a: NETMASK: is not set, so nothing says in which network it is',
      "7: b: NETMASK: '255.0.255.0' is not a netmask such as 255.255.255.0",
      '9: c: IP: 10.0.0.3 is not in the network 10.1.0.0 with the netmask 255.255.255.0',
    ],
  },
  {
    name: 'networks that overlap',
    formats: ['kea', 'dnsmasq'],
    text: `a:\n IP=10.0.1.1\n MAC=0:0:0:0:0:1\n NETMASK=255.255.0.0\nb:\n IP=10.0.2.2\n MAC=0:0:0:0:0:2\n NETMASK=255.255.255.0\n`,
    said: ['8: b: NETMASK: 10.0.2.0/24 and 10.0.0.0/16, where a is, overlap'],
  },
  {
    name: 'names that dnsmasq takes for something else',
    formats: ['dnsmasq'],
    text: '12h:\n IP=10.0.0.1\nignore:\n IP=10.0.0.2\n',
    said: ['12h', 'ignore'].map(
      (name, i) => `${1 + 2 * i}: ${name}: HOSTNAME: dnsmasq takes '${name}' for a time or a keyword, not for a name`,
    ),
  },
  {
    name: 'more MAC addresses than a line of dnsmasq holds',
    formats: ['dnsmasq'],
    text: `a:\n IP=10.0.0.1\n NETMASK=255.0.0.0\n MAC=${Array.from({ length: 60 }, (_, i) => `0:0:0:0:0:${(i + 1).toString(16)}`).join(' ')}\n`,
    said: ["4: a: MAC: 60 addresses are more than a line of dnsmasq's configuration can hold"],
  },
  {
    name: 'variables that ansible keeps for itself, and secrets',
    formats: ['ansible', 'ansible-static'],
    text: 'a:\n IP=10.0.0.1\n __ansible_vault=x\n groups=x\n ROOT_SECRET=x\n',
    said: [
      '3: a: __ansible_vault is a name that ansible keeps for itself',
      '4: a: groups is a name that ansible keeps for itself',
      '5: a: ROOT_SECRET: secrets are not exported',
    ],
  },
  {
    name: 'objects that ansible would take for one group, or for something else',
    formats: ['ansible', 'ansible-static'],
    text: 'a-b:\na.b:\nall:\n_all:\nx: a-b a.b all _all\n IP=10.0.0.1\na_b:\n IP=10.0.0.2\n',
    said: [
      "1: a-b would be the group a_b of ansible, which is a machine's name",
      '2: a.b and a-b would both be the group a_b of ansible',
      "2: a.b would be the group a_b of ansible, which is a machine's name",
      '4: _all and all would both be the group _all of ansible',
    ],
  },
  {
    name: 'a secret',
    formats: ['json'],
    text: 'a:\n IP=10.0.0.1\n P_SECRET=x\n',
    said: ['3: a: P_SECRET: secrets are not exported'],
  },
];

for (const { name, formats, text, said } of refused) {
  for (const format of formats) {
    test(`${format} refuses ${name}`, () => {
      assert.deepEqual(exportText(format, text), { text: '', said });
    });
  }
}

test('cluster-xml: of two machines with one short name the second has its whole name', () => {
  const machine = (name: string, last: number) => `${name}:\n IP=10.0.${last}.1\n NIC_s_IP=10.1.${last}.1\n`;
  const text = `${machine('pc1.a.example', 1)} DOMAIN=a.example\n${machine('pc1.b.example', 2)} DOMAIN=b.example\n`;
  const { text: xml, said } = exportText('cluster-xml', text);
  const names = [...xml.matchAll(/<hostname>(.*)<\/hostname>/g)].map(([, name]) => name);
  assert.deepEqual(names, ['pc1', 'pc1-s', 'pc1.b.example', 'pc1-s.b.example']);
  assert.equal(said.length, 2);
});
