import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Fault } from '../lib/errors.ts';
import { checkMachdb } from './check.ts';
import { faultsError } from './faults.ts';
import { loadMachdb } from './load.ts';
import { parseMachdb } from './parse.ts';
import type { RecordCheck } from './types.ts';

function check(text: string, checks: RecordCheck[] = []): Fault[] {
  return checkMachdb(parseMachdb([{ path: 'a.db', text }]), checks, { warnings: false });
}

function say({ line, message, suggestion }: Fault): string {
  return `${line}: ${message}${suggestion === undefined ? '' : ` (${suggestion})`}`;
}

const legal = 'a host name is made of letters, digits and - inside, in parts separated by dots';
const own = 'every machine has this name for itself';
const notMac = 'is not a MAC address such as 52:54:00:77:00:01';
const notIp = 'is not an IPv4 address such as 10.77.0.101';

suite('checkMachdb', () => {
  const table: [what: string, text: string, faults: string[]][] = [
    ['nothing', '', []],
    ['a sound machine', 'm:\nMAC=0:2:3:4:5:6 0:2:3:4:5:7\nIP=10.0.0.1\nNETMASK=255.0.0.0\nGATEWAY=', []],
    ['classes may be incomplete', 'c:\nNETMASK=${MASK}\nGATEWAY=x\nREQUIRED=IP', []],
    [
      'a MAC',
      'm:\nMAC=0:2:3:4:5:6 0:2:3:4:5\nNIC_b_MAC=x\nNIC_c_MAC=ffff.ffff.ffff',
      [
        `2: MAC: '0:2:3:4:5' ${notMac}`,
        `3: NIC_b_MAC: 'x' ${notMac}`,
        "4: NIC_c_MAC: 'ffff.ffff.ffff' is the address that all cards listen to",
      ],
    ],
    [
      'addresses',
      'm:\nIP=10.0.0.256\nNETMASK=255.255.255\nGATEWAY=a\nNAMESERVER=::1\nNAMESERVER2=b c\nNIC_b_IP=1\nIPMI=free text',
      [
        `2: IP: '10.0.0.256' ${notIp}`,
        "3: NETMASK: '255.255.255' is not a netmask such as 255.255.255.0",
        `4: GATEWAY: 'a' ${notIp}`,
        "6: NAMESERVER2: 'b c' is not an address such as 10.77.0.3",
        `7: NIC_b_IP: '1' ${notIp}`,
      ],
    ],
    [
      'IPv6 addresses, several in one variable',
      'm:\nIP=10.0.0.1\nIP6=2001:db8::1 2001:db8::g\nn:\nIP=10.0.0.2\nNIC_b_IP6=2001:db8::2 2001:DB8:0::1',
      [
        "3: IP6: '2001:db8::g' is not an IPv6 address such as 2001:db8::101",
        '6: n has the IP address 2001:db8::1 of m (a.db:3)',
      ],
    ],
    [
      'networks',
      'net:\nNETWORK=10.0.1.0\nNETMASK=255.255.255.0\nGATEWAY=10.0.2.1\n' +
        'a: net\nIP=10.0.1.1\nb: net\nIP=10.0.2.1\nGATEWAY=10.0.1.1\nc: net\nIP=10.0.1.0\nd: net\nIP=10.0.1.255\n' +
        'e:\nMAC=0:2:3:4:5:6\nNIC_x_IP=10.9.0.1\nNIC_x_NETWORK=10.8.0.0\nNIC_x_NETMASK=255.255.0.0\n' +
        'f: net\nIP=10.0.1.6\nNETWORK=10.0.1.4\nGATEWAY=\ng: net\nIP=10.0.1.8\nNETWORK=10.0.1.8\nNETMASK=255.255.255.254\nGATEWAY=\n' +
        'h: net\nIP=10.0.5.1\nNETWORK=10.0.5.1\nNETMASK=255.255.255.255\nGATEWAY=10.9.9.9',
      [
        '4: GATEWAY: 10.0.2.1 is outside of the network 10.0.1.0 with the netmask 255.255.255.0',
        '8: IP: 10.0.2.1 is outside of the network 10.0.1.0 with the netmask 255.255.255.0',
        '11: IP: 10.0.1.0 is the address of the network 10.0.1.0 with the netmask 255.255.255.0',
        '13: IP: 10.0.1.255 is the broadcast address of the network 10.0.1.0 with the netmask 255.255.255.0',
        '16: NIC_x_IP: 10.9.0.1 is outside of the network 10.8.0.0 with the netmask 255.255.0.0',
        '21: NETWORK: 10.0.1.4 is not the first address of a network with the netmask 255.255.255.0; 10.0.1.0 is',
      ],
    ],
    ['an inherited fault, once', 'c:\nGATEWAY=x\nm: c\nIP=10.0.0.1\nn: c\nIP=10.0.0.2', [`2: GATEWAY: 'x' ${notIp}`]],
    [
      'a MAC twice, in two spellings',
      'm:\nMAC=0:2:3:4:5:6\nn:\nNIC_b_MAC=00-02-03-04-05-06\nIP=10.0.0.1',
      ['4: n has the MAC address 00:02:03:04:05:06 of m (a.db:2)'],
    ],
    [
      'a MAC twice in one machine',
      'm:\nMAC=0:2:3:4:5:6 00:2:3:4:5:6',
      ['2: m has the MAC address 00:02:03:04:05:06 twice'],
    ],
    ['a bond with the MAC of a card', 'm:\nNIC_b_MAC=0:2:3:4:5:6\nNIC_b_BOND=c d\nMAC=0:2:3:4:5:6\nNIC=c', []],
    ['the same in another order', 'm:\nMAC=0:2:3:4:5:6\nNIC=c\nNIC_b_MAC=0:2:3:4:5:6\nNIC_b_BRIDGE=c', []],
    [
      'a VLAN with the MAC of two cards',
      'm:\nNIC_v_MAC=0:2:3:4:5:6\nNIC_v_VLAN=7\nMAC=0:2:3:4:5:6\nNIC_a_MAC=0:2:3:4:5:6\nNIC_w_MAC=0:2:3:4:5:6\nNIC_w_VLAN=',
      ['5: m has the MAC address 00:02:03:04:05:06 twice', '6: m has the MAC address 00:02:03:04:05:06 twice'],
    ],
    [
      'a bond with the MAC of a card of another machine',
      'm:\nMAC=0:2:3:4:5:6\nn:\nNIC_b_BOND=c\nNIC_b_MAC=0:2:3:4:5:6\nIP=10.0.0.1',
      ['5: n has the MAC address 00:02:03:04:05:06 of m (a.db:2)'],
    ],
    [
      'a further address that another machine has, or the machine itself',
      'm:\nIP=10.0.0.1\nADDRESSES=10.0.1.1/24 10.0.1.2/24 10.9.9.9/32\nn:\nIP=10.0.0.2\nNIC_a_ADDRESSES=10.0.1.3/24 10.0.0.2/16 10.9.9.9/32 10.0.1.1/24\no:\nIP=10.0.1.3\nADDRESSES=10.1.0.0/16',
      [
        '6: n has the IP address 10.0.0.2 twice',
        '6: n has the IP address 10.0.1.1 of m (a.db:3)',
        '8: o has the IP address 10.0.1.3 of n (a.db:6)',
        "9: ADDRESSES: '10.1.0.0/16' is the address of a network, and not of a machine in it",
      ],
    ],
    ['an IP twice', 'm:\nIP=10.0.0.1\nn:\nIP=10.0.0.1', ['4: n has the IP address 10.0.0.1 of m (a.db:2)']],
    [
      'an inherited MAC',
      'm:\nMAC=0:2:3:4:5:6\nn: m\nIP=10.0.0.1',
      ['3: n has the MAC address 00:02:03:04:05:06 of m (a.db:2) (n inherits MAC: give it one of its own)'],
    ],
    [
      'names',
      'a_b:\nIP=10.0.0.1\nx-:\nIP=10.0.0.2\na..b:\nIP=10.0.0.3\nlab.1:\nIP=10.0.0.4\nok-1.example:\nIP=10.0.0.5\nok_class:\nA=1',
      [
        `1: a_b cannot be a host name: 'a_b' is not allowed in one (${legal})`,
        `3: x- cannot be a host name: 'x-' is not allowed in one (${legal})`,
        `5: a..b cannot be a host name: a part of it is empty (${legal})`,
        `7: lab.1 cannot be a host name: its last part is a number, as in an address (${legal})`,
      ],
    ],
    [
      'a long name',
      `${'a'.repeat(65)}:\nIP=10.0.0.1`,
      [`1: ${'a'.repeat(65)} cannot be a host name: it has 65 characters, 64 are allowed (${legal})`],
    ],
    [
      'names in DNS: aliases, names with dots, domains',
      'd:\nDOMAIN=x.example\nm: d\nIP=10.0.0.1\nALIASES=www N\nn: d\nIP=10.0.0.2\nALIASES=www.x.example ftp\n' +
        'o:\nIP=10.0.0.3\nALIASES=ftp ftp.y.example\nDOMAIN=y.example\np: d\nIP=10.0.0.4\nALIASES=p a_b',
      [
        '6: n has the name n.x.example, which is an alias of m (a.db:3)',
        '8: n has the name www.x.example, which is an alias of m (a.db:3)',
        `15: ALIASES: 'a_b': 'a_b' is not allowed in one (${legal})`,
      ],
    ],
    [
      'names that every machine has for itself, in any form',
      'localhost:\nIP=10.0.0.1\nm:\nIP=10.0.0.2\nALIASES=LocalHost localhost. ip6-loopback\nALIASES+=x localhost.localdomain\n' +
        'n:\nIP=10.0.0.3\nDOMAIN=x.example\nALIASES=localhost4 localhost.x.example. broadcasthost www.localhost\n' +
        'o:\nIP=10.0.0.4\nDOMAIN=localhost.\nip6:\nIP=10.0.0.5\nNIC_allnodes_IP=10.1.0.5\np:\nIP=10.0.0.6\nALIASES=localhosts my-localhost loghost',
      [
        `1: localhost cannot be a host name: ${own}`,
        `5: ALIASES: 'LocalHost': ${own}`,
        `5: ALIASES: 'localhost.': ${own}`,
        `5: ALIASES: 'ip6-loopback': ${own}`,
        `6: ALIASES: 'localhost.localdomain': ${own}`,
        `10: ALIASES: 'localhost4': ${own}`,
        `10: ALIASES: 'localhost.x.example.': ${own}`,
        `10: ALIASES: 'broadcasthost': ${own}`,
        `10: ALIASES: 'www.localhost': ${own}`,
        `13: DOMAIN: all names below localhost belong to every machine (RFC 6761) (${legal})`,
        `16: NIC_allnodes_IP: 'ip6-allnodes': ${own} (${legal})`,
      ],
    ],
    [
      'a dot at the end makes a name whole, wherever it stands',
      'd:\nDOMAIN=x.example.\nm: d\nIP=10.0.0.1\nALIASES=www.x.example. top.\nn: d\nIP=10.0.0.2\nALIASES=www top\n' +
        'o.:\nIP=10.0.0.3\nm.x.example: d\nIP=10.0.0.4\np: d\nIP=10.0.0.5\nALIASES=ftp..',
      [
        '8: n has the name www.x.example, which is an alias of m (a.db:3)',
        `9: o. cannot be a host name: it ends with a dot (${legal})`,
        '11: m.x.example and m are the same host name',
        `15: ALIASES: 'ftp..': a part of it is empty (${legal})`,
      ],
    ],
    [
      'names of further interfaces',
      'd:\nDOMAIN=x.example\na: d\nIP=10.0.0.1\nNIC_b_IP=10.1.0.1\na-b: d\nIP=10.0.0.2\nc: d\nIP=10.0.0.3\nALIASES=e-ib0\n' +
        'e: d\nIP=10.0.0.4\nNIC_ib0_IP6=2001:db8::4\nf: d\nIP=10.0.0.5\nNIC_x__IP=10.1.0.5\nNIC_y__MAC=\n' +
        'g: d\nIP=10.0.0.6\nNIC_i_0_IP=10.1.0.6\nNIC_I_0_IP=10.1.0.7\nh: d\nIP=10.0.0.8\nNIC_z_MAC=0:0:0:0:0:1\nh-z: d\nIP=10.0.0.9',
      [
        '6: a-b has the name a-b.x.example, which is an interface of a (a.db:3)',
        '13: NIC_ib0_IP6: e has the name e-ib0.x.example, which is an alias of c (a.db:8)',
        `16: NIC_x__IP: 'f-x-.x.example': 'f-x-' is not allowed in one (${legal})`,
        '21: NIC_I_0_IP: g has the name g-i-0.x.example, which is its own',
      ],
    ],
    [
      'addresses that no machine can have, at the line that gives them',
      'm:\nIP=0.0.0.0\nIP6=2001:db8::1\nIP6+=::\nIP6+=::1\nIP6+=::ffff:10.0.0.1\nGATEWAY=224.0.0.1\nNAMESERVER=127.0.0.53\nNETMASK=0.0.0.0\n' +
        'a:\nIP=127.0.0.2\nb:\nIP=239.1.2.3\nc:\nIP=240.0.0.1\nd:\nIP=255.255.255.255\ne:\nIP=0.1.2.3\nf:\nIP=10.0.0.9\nIP6=FF02::1\n' +
        'g:\nMAC=01:00:5e:00:00:01 33:33:0:0:0:1\nh:\nMAC=0:0:0:0:0:0\ni:\nIP=10.0.0.255\nNETMASK=255.255.255.0\nj:\nIP=10.0.1.0\nNETMASK=255.255.255.0\nk:\nIP=10.0.2.1\nNETMASK=255.255.255.254\n' +
        'l:\nIP=10.0.3.1\nNETWORK=127.0.0.0\nGATEWAY=0.0.0.0\nNAMESERVER=0.0.0.0',
      [
        "2: IP: '0.0.0.0' is in 0.0.0.0/8, which no machine can have",
        "4: IP6: '::' is the address of machines that have none",
        "7: GATEWAY: '224.0.0.1' is an address of groups (multicast), which no machine has",
        "9: NETMASK: '0.0.0.0' is not a netmask such as 255.255.255.0",
        "11: IP: '127.0.0.2' is in 127.0.0.0/8, which every machine has for itself",
        "13: IP: '239.1.2.3' is an address of groups (multicast), which no machine has",
        "15: IP: '240.0.0.1' is in 240.0.0.0/4, which no machine can have",
        "17: IP: '255.255.255.255' is in 240.0.0.0/4, which no machine can have",
        "19: IP: '0.1.2.3' is in 0.0.0.0/8, which no machine can have",
        "22: IP6: 'FF02::1' is an address of groups (multicast), which no machine has",
        "24: MAC: '01:00:5e:00:00:01' is an address of groups (multicast), which no card has",
        "26: MAC: '0:0:0:0:0:0' is the address of cards that have none",
        '28: IP: 10.0.0.255 is the broadcast address of the network 10.0.0.0 with the netmask 255.255.255.0',
        '31: IP: 10.0.1.0 is the address of the network 10.0.1.0 with the netmask 255.255.255.0',
        "38: NETWORK: '127.0.0.0' is not the address of a network of machines",
        "39: GATEWAY: '0.0.0.0' is in 0.0.0.0/8, which no machine can have",
        "40: NAMESERVER: '0.0.0.0' is in 0.0.0.0/8, which no machine can have",
      ],
    ],
    [
      'a domain',
      'd:\nDOMAIN=x..example\nm: d\nIP=10.0.0.1\nn: d\nIP=10.0.0.2',
      [`2: DOMAIN: a part of it is empty (${legal})`],
    ],
    ['names that differ in case', 'Lab:\nIP=10.0.0.1\nlAb:\nIP=10.0.0.2', ['3: lAb and Lab are the same host name']],
    [
      'a disk that two machines would have',
      'm:\nIP=10.0.0.1\nDISK_a=serial:S1 size:1G-\nDISK_b=serial:S1\nn:\nIP=10.0.0.2\nDISK_x=rotational:no serial:S1\no:\nIP=10.0.0.3\nDISK_a=wwn:0x5A\nDISK_b=path:/dev/sda serial:s1\n' +
        'p:\nIP=10.0.0.4\nDISK_a=wwn:naa.5a\nDISK_b=path:/dev/sda\nc:\nDISK_r=serial:S9\nq: c\nIP=10.0.0.5\nr: c\nIP=10.0.0.6\ns: c\nIP=10.0.0.7\nDISK_r=serial:${HOSTNAME}\nt: c\nIP=10.0.0.8\n',
      [
        '7: DISK_x: n has the disk serial:S1 of m (a.db:3)',
        '14: DISK_a: p has the disk wwn:naa.5a of o (a.db:10)',
        '17: DISK_r: serial:S9 is one disk, but q and 2 more machines would have it (give each machine a line of its own, or tell disks apart by size: or path:)',
      ],
    ],
    [
      'REQUIRED',
      'c:\nREQUIRED=IP MAC OS constructor\nREQUIRED-=OS\nm: c\nIP=10.0.0.1\nn: c\nMAC=\nIP=10.0.0.2\nconstructor=',
      ['4: m lacks MAC, constructor, required by a.db:3'],
    ],
    [
      'secrets, wherever they are',
      'c:\nROOT_SECRET=abc',
      [
        '2: ROOT_SECRET: this version cannot keep secrets yet, and would send this one in the clear (remove the line, and change the secret)',
      ],
    ],
    [
      'references; those of several machines, once for each line',
      'c:\nA=${AA}\nm: c\nIP=10.0.0.1\nn: c\nIP=10.0.0.2\nB=${A_}\no: c\nIP=10.0.0.3',
      ['2: m (and 2 more): A refers to ${AA}, which is not set', '7: n: B refers to ${A_}, which is not set'],
    ],
  ];
  for (const [what, text, faults] of table) test(what, () => assert.deepEqual(check(text).map(say), faults));

  test('a fault shows its line, but never a secret', () => {
    assert.equal(check('m:\n  IP=x')[0]?.text, '  IP=x');
    assert.equal(check('m:\n  X_SECRET=abc')[0]?.text, undefined);
  });

  test('of a flood, errors are shown before warnings', () => {
    const groups = Array.from({ length: 600 }, (_, index) => `g${index}:\n`).join('');
    const faults = checkMachdb(parseMachdb([{ path: 'a.db', text: `${groups}m:\nIP=x\n` }]), []);
    const { message } = faultsError('checking', faults);
    assert.match(
      message,
      /^checking \(101 more are not shown\): 1 fault, 499 warnings\na.db:602: error: IP: 'x' is not /,
    );
  });

  test('faults come in the order of the files, not of their names', () => {
    const db = parseMachdb([
      { path: 'b.db', text: 'm:\nIP=x\nMAC=y' },
      { path: 'a.db', text: 'n:\nIP=x' },
    ]);
    assert.deepEqual(
      checkMachdb(db, []).map(({ where, line }) => `${where}:${line}`),
      ['b.db:2', 'b.db:3', 'a.db:2'],
    );
  });
});

suite('checks from outside', () => {
  const seen: string[] = [];
  const osKnown: RecordCheck = ({ name, values, where }) => {
    seen.push(name);
    const place = where('OS');
    if (values.get('OS') === 'debian' || place === undefined) return [];
    return [{ severity: 'error', where: place.file, line: place.line, message: `no OS ${values.get('OS')}` }];
  };

  test('see every machine that resolves, and where its variables were set last', () => {
    const text =
      'c:\nOS=plan9\nm: c\nIP=10.0.0.1\nOS=debian\nn: c\nIP=10.0.0.2\no: c\nIP=10.0.0.3\nbroken:\nIP=10.0.0.4\nA=${B';
    assert.deepEqual(
      check(text, [osKnown, ({ where }) => (assert.equal(where('NONE'), undefined), [])]).filter(
        ({ line }) => line === 2,
      ),
      [{ severity: 'error', where: 'a.db', line: 2, message: 'no OS plan9', text: 'OS=plan9' }],
    );
    assert.deepEqual(seen, ['m', 'n', 'o']);
  });
});

test('the example lab is sound', async () => {
  const db = await loadMachdb(new URL('../examples/lab/machdb', import.meta.url).pathname);
  assert.deepEqual(checkMachdb(db, []), []);
});
