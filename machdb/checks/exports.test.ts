import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { checkMachdb } from '../check.ts';
import { parseMachdb } from '../parse.ts';
import { exportAll, randomHosts } from '../testing/random-hosts.ts';

function check(text: string): string[] {
  const faults = checkMachdb(parseMachdb([{ path: 'x.db', text }]), [], { warnings: false });
  return faults.map(({ line, message }) => `${line}: ${message}`);
}

const zone = 'z:\nZONE=x.example 10.in-addr.arpa\nNS=ns.o.example\n';
const net = 'net:\nDOMAIN=x.example\nNETMASK=255.255.255.0\n';
const time = 'is not a time such as 3600, 30m, 12h or 1d';

const table: [what: string, text: string, faults: string[]][] = [
  ['nothing', `${zone}${net}m: net\nIP=10.0.0.1\nMAC=0:0:0:0:0:1\nALIASES=www\nMX=5:m\n`, []],
  [
    'names of zones',
    'z:\nZONE=a_b x..y 10 localhost\nZONE+=ok.example\nNS=ns.o.example\ny:\nZONE=OK.example.\nNS=ns.o.example\n',
    [
      "2: z: ZONE: 'a_b' is not a host name: 'a_b' is not allowed in one",
      "2: z: ZONE: 'x..y' is not a host name: a part of it is empty",
      "2: z: ZONE: '10' is not a host name: its last part is a number, as in an address",
      "2: z: ZONE: 'localhost' cannot be given to a machine: every machine has this name for itself",
      '6: y: ZONE: ok.example is already described by z',
    ],
  ],
  [
    'settings of zones',
    'z:\nZONE=x.example\nNS=a_b localhost. ok.o.example\nMX=70000:a.b 10:localhost.\nHOSTMASTER=root\nTTL=4294967296\nREFRESH=1y\nRETRY=-1\nEXPIRE=2147483648\nNEGATIVE_TTL=1.5h\n' +
      `y:\nZONE=y.example\nv:\nZONE=v.example\nNS=ns.o.example\nHOSTMASTER=${'a'.repeat(64)}@v.example\n`,
    [
      "3: z: NS: 'a_b' is not a host name: 'a_b' is not allowed in one",
      "3: z: NS: 'localhost.' cannot be given to a machine: every machine has this name for itself",
      '4: z: MX: the preference 70000 is greater than 65535',
      "4: z: MX: 'localhost.' cannot be given to a machine: every machine has this name for itself",
      "5: z: HOSTMASTER: 'root' is not a mail address such as hostmaster@lab.example",
      `6: z: TTL: '4294967296' ${time}`,
      `7: z: REFRESH: '1y' ${time}`,
      `8: z: RETRY: '-1' ${time}`,
      `9: z: EXPIRE: '2147483648' ${time}`,
      `10: z: NEGATIVE_TTL: '1.5h' ${time}`,
      '11: y: NS is not set: which name servers has the zone y.example?',
      `16: v: HOSTMASTER: '${'a'.repeat(64)}@v.example' is not a mail address such as hostmaster@lab.example`,
    ],
  ],
  [
    'what a zone sends others to, and machines that are nowhere',
    'z:\nZONE=x.example e.x.example\nNS=ns1\nMX=mail\nDOMAIN=x.example\nm:\nIP=10.0.0.1\nn:\nDOMAIN=x.example\nIP=10.0.0.2\nMX=mail gone a_b\nALIASES=mail\n',
    [
      '3: z: NS: no machine has the name ns1.x.example and an address',
      '6: m: DOMAIN is not set, so the machine has no name in DNS',
      '11: n: MX: no machine has the name gone.x.example and an address',
      "11: n: MX: 'a_b' is not a host name: 'a_b' is not allowed in one",
    ],
  ],
  [
    'a preference of a mail exchanger as BIND writes it',
    'z:\nZONE=x.example\nNS=ns.o.example\nMX=10 mx.o.example 20:mx2.o.example\n',
    ["4: z: MX: '10' is not the name of a mail exchanger"],
  ],
  [
    'a zone of a network smaller than /24 without a HOSTMASTER',
    'z:\nZONE=64/26.2.0.192.in-addr.arpa\nNS=ns.o.example\ny:\nZONE=3.0.192.in-addr.arpa 0/26.3.0.192.in-addr.arpa\nNS=ns.o.example\n',
    [],
  ],
  [
    'the object of a zone that does not resolve',
    'z:\nZONE=${X}\nNS=a.b\n',
    ['2: z: ZONE refers to ${X}, which is not set'],
  ],
  [
    'networks for DHCP',
    'a:\nIP=10.0.0.1\nMAC=0:0:0:0:0:1\nb:\nIP=10.0.1.1\nMAC=0:0:0:0:0:2\nNETMASK=255.255.0.0\nc:\nIP=10.0.2.1\nMAC=0:0:0:0:0:3\nNETMASK=255.255.255.0\n' +
      'd:\nIP=10.2.0.1\nNETMASK=255.255.255.0\nNIC_e_IP=10.3.0.1\nNIC_e_MAC=0:0:0:0:0:4\nNIC_h_IP=10.3.0.0\nNIC_h_MAC=0:0:0:0:0:6\nf:\nMAC=0:0:0:0:0:5\ng:\nIP=10.4.0.1\n',
    [
      '1: a: NETMASK: is not set, so nothing says in which network it is',
      '11: c: NETMASK: 10.0.2.0/24 and 10.0.0.0/16, where b is, overlap',
      '17: d: NIC_h_IP: 10.3.0.0 is the address of the network 10.3.0.0/24',
    ],
  ],
  [
    'names that dnsmasq takes for something else, and too many MAC addresses',
    `12h:\nIP=10.0.0.1\nInfinite:\nIP=10.0.0.2\nc:\nIP=10.0.0.3\nNETMASK=255.0.0.0\nMAC=${Array.from({ length: 60 }, (_, i) => `0:0:0:0:1:${i.toString(16)}`).join(' ')}\n`,
    [
      "1: 12h: HOSTNAME: dnsmasq takes '12h' for a time or a keyword, not for a name",
      "3: Infinite: HOSTNAME: dnsmasq takes 'Infinite' for a time or a keyword, not for a name",
      "8: c: MAC: 60 addresses are more than a line of dnsmasq's configuration can hold",
    ],
  ],
  [
    'masters of cluster.xml that have no address, and one that has',
    'a:\nIP6=2001:db8::1\nMAC=0:0:0:0:0:1\nb:\nIP=10.0.0.2\nCLUSTER_BOOTMASTER=a\nc:\nIP=10.0.0.3\nCLUSTER_BOOTMASTER=nobody\n',
    ["9: c: CLUSTER_BOOTMASTER: 'nobody' is neither an address nor a machine with one"],
  ],
  [
    'names that ansible keeps for itself, once for all heirs',
    'all:\ngroups=x\na-b:\na.b:\nm: all a-b\nIP=10.0.0.1\nn: all a.b\nIP=10.0.0.2\n',
    [
      '2: m (and 1 more): groups is a name that ansible keeps for itself',
      '4: a.b and a-b would both be the group a_b of ansible',
    ],
  ],
];

suite('check finds what an export refuses', () => {
  for (const [what, text, faults] of table) test(what, () => assert.deepEqual(check(text), faults));
});

test('what check passes, every export takes', () => {
  let [passed, refused] = [0, 0];
  fc.assert(
    fc.property(randomHosts, (text) => {
      const isSound = check(text).length === 0;
      if (isSound) passed += 1;
      else refused += 1;
      if (isSound)
        for (const { format, text: exported, said } of exportAll(text))
          assert.notEqual(exported, '', `${format}: ${said.join(', ')}`);
    }),
    { numRuns: 1500 },
  );
  assert.ok(passed > 50 && refused > 50, `${passed} passed, ${refused} were refused`);
});
