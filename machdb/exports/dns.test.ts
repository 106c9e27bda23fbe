import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { exportText } from './export-text.ts';

/** The records below the SOA. */
function records(text: string): string[] {
  return text
    .slice(text.indexOf(')\n') + 2)
    .trimEnd()
    .split('\n');
}

const lab = `
zones:
    ZONE=lab.example 77.10.in-addr.arpa 8.b.d.0.1.0.0.2.ip6.arpa
    NS=ns1
    HOSTMASTER=first.last@other.example
    TTL=1h
`;
const net = '    DOMAIN=lab.example\n';
const server = `${lab}server:\n${net}    IP=10.77.0.2\n    ALIASES=ns1\n`;

test('a whole zone', () => {
  assert.deepEqual(exportText('dns', `${server}    IP6=2001:db8::2\n    ALIASES+=www\n    MX=mail.other.example.\n`), {
    text: `; Written by machdb export; changes belong in the machine database.
$ORIGIN lab.example.
$TTL 3600
@ IN SOA ns1.lab.example. first\\.last.other.example. (
    7 ; serial
    10800 ; refresh
    3600 ; retry
    1209600 ; expire
    3600 ; negative answers
)
@ IN NS ns1.lab.example.
server IN A 10.77.0.2
server IN AAAA 2001:db8::2
server IN MX 10 mail.other.example.
ns1 IN A 10.77.0.2
ns1 IN AAAA 2001:db8::2
www IN CNAME server.lab.example.
`,
    said: [],
  });
});

test('names: with dots, whole already, of another domain, in capitals', () => {
  const text = `${server}web.sub:\n${net} IP=10.77.0.3\nx.lab.example:\n${net} IP=10.77.0.4\nother:\n DOMAIN=o.example\n IP=10.77.0.5
LAB3:\n DOMAIN=Lab.Example\n IP=10.77.0.6\nlab.example:\n${net} IP=10.77.0.7\nout:\n DOMAIN=\n IP=10.77.0.8\n`;
  assert.deepEqual(records(exportText('dns', text).text).slice(1), [
    'server IN A 10.77.0.2',
    'web.sub IN A 10.77.0.3',
    'x IN A 10.77.0.4',
    'lab3 IN A 10.77.0.6',
    '@ IN A 10.77.0.7',
    'ns1 IN A 10.77.0.2',
  ]);
});

test('an alias is a CNAME, but has addresses where a CNAME may not be', () => {
  const text = `${server.replace('ns1\n    HOST', 'ns1\n    MX=20:mail\n    HOST')}    ALIASES+=mail lab.example www.lab.example\n`;
  assert.deepEqual(records(exportText('dns', text).text), [
    '@ IN NS ns1.lab.example.',
    '@ IN MX 20 mail.lab.example.',
    'server IN A 10.77.0.2',
    'ns1 IN A 10.77.0.2',
    'mail IN A 10.77.0.2',
    '@ IN A 10.77.0.2',
    'www IN CNAME server.lab.example.',
  ]);
});

test('an alias that lies in no zone is a warning; a machine without an address has no aliases', () => {
  const { text, said } = exportText(
    'dns',
    `${server}    ALIASES+=www.o.example\nb:\n${net} MAC=0:0:0:0:0:1\n ALIASES=c\n`,
  );
  assert.deepEqual(records(text), ['@ IN NS ns1.lab.example.', 'server IN A 10.77.0.2', 'ns1 IN A 10.77.0.2']);
  assert.deepEqual(said, ['server: ALIASES: www.o.example is not in any zone of the database and is not exported']);
});

test('a zone within a zone is delegated, with glue, and keeps its names', () => {
  const text = `${server}east-zone:\n ZONE=east.lab.example\n NS=ns.east.lab.example\nns:\n DOMAIN=east.lab.example\n IP=10.77.9.1\n`;
  assert.deepEqual(records(exportText('dns', text, { zone: 'lab.example' }).text), [
    '@ IN NS ns1.lab.example.',
    'east IN NS ns.east.lab.example.',
    'server IN A 10.77.0.2',
    'ns.east IN A 10.77.9.1',
    'ns1 IN A 10.77.0.2',
  ]);
  const east = exportText('dns', text, { zone: 'EAST.lab.example.' });
  assert.deepEqual(records(east.text), ['@ IN NS ns.east.lab.example.', 'ns IN A 10.77.9.1']);
});

test('a zone of one label has a host master as well', () => {
  const text = 'z:\n ZONE=lan\n NS=srv\nsrv:\n DOMAIN=lan\n IP=10.0.0.1\n';
  const lan = exportText('dns', text);
  assert.match(lan.text, /^@ IN SOA srv\.lan\. hostmaster\.lan\. \($/m);
  assert.deepEqual(lan.said, []);
  const said = exportText('dns', text.replace('\n', '\n HOSTMASTER=root\n')).said;
  assert.deepEqual(said, ["2: z: HOSTMASTER: 'root' is not a mail address such as hostmaster@lab.example"]);
});

const faulty: { name: string; text: string; said: string[] }[] = [
  {
    name: 'a name server without an address',
    text: lab,
    said: ['4: zones: NS: no machine has the name ns1.lab.example and an address'],
  },
  {
    name: 'a mail exchanger of a machine without an address',
    text: `${server}    MX=mail\n`,
    said: ['11: server: MX: no machine has the name mail.lab.example and an address'],
  },
  {
    name: 'no name server',
    text: 'z:\n ZONE=lab.example\n',
    said: ['1: z: NS is not set: which name servers has the zone lab.example?'],
  },
  {
    name: 'a machine that is in no domain',
    text: `${server}lost:\n IP=10.77.0.3\n`,
    said: ['11: lost: DOMAIN is not set, so the machine has no name in DNS'],
  },
  {
    name: 'settings that would break out',
    text: `z:\n ZONE=lab.example\n NS="a.b ns;( $INCLUDE"\n HOSTMASTER="a b@c.d"\n TTL=1\u00a0h\n MX=70000:a.b x:y -1:a.b\n`,
    said: [
      "3: z: NS: 'ns;(' is not a host name: 'ns;(' is not allowed in one",
      "3: z: NS: '$INCLUDE' is not a host name: '$include' is not allowed in one",
      '6: z: MX: the preference 70000 is greater than 65535',
      "6: z: MX: 'x:y' is not a host name: 'x:y' is not allowed in one",
      "6: z: MX: '-1:a.b' is not a host name: '-1:a' is not allowed in one",
      "4: z: HOSTMASTER: 'a b@c.d' is not a mail address such as hostmaster@lab.example",
      "5: z: TTL: '1\u00a0h' is not a time such as 3600, 30m, 12h or 1d",
    ],
  },
];
for (const { name, text, said } of faulty) {
  test(`refused: ${name}`, () => assert.deepEqual(exportText('dns', text), { text: '', said }));
}

test('one zone need not be named; none and several are errors that say what to write', () => {
  const several = `${server}o:\n ZONE=o.example\n NS=ns.x.example\n`;
  assert.throws(() => exportText('dns', several), /several zones: lab\.example, o\.example/);
  assert.throws(
    () => exportText('dns', 'a:\n DOMAIN=d.example\n IP=10.0.0.1\n'),
    (error) =>
      error instanceof UserError && error.message.endsWith('no zone') && /ZONE=d\.example/.test(error.hint ?? ''),
  );
  assert.throws(() => exportText('dns', server, { zone: 'x.example' }), /no zone x\.example/);
  const twice = exportText('dns', `${server}o:\n ZONE=lab.example\n`);
  assert.deepEqual(twice.said, ['12: o: ZONE: lab.example is already described by zones']);
});

test('reverse zones by name, by network, by what is described, by what machines lie in', () => {
  const text = `${server}    IP6=2001:db8::2\n    NETMASK=255.255.255.0\n`;
  const ptr = (settings: object, from = text) => records(exportText('reverse-dns', from, settings).text).slice(1);
  assert.deepEqual(ptr({ zone: '77.10.in-addr.arpa' }), ['2.0 IN PTR server.lab.example.']);
  assert.deepEqual(ptr({ network: '10.77.0.0/24' }), ['2 IN PTR server.lab.example.']);
  const digits = `2.${'0.'.repeat(22)}0`;
  assert.deepEqual(ptr({ network: '2001:db8::/32' }), [`${digits} IN PTR server.lab.example.`]);
  assert.throws(() => ptr({}), /several reverse zones: 77\.10\.in-addr\.arpa, 8\.b/);
  assert.deepEqual(ptr({}, text.replace(/ 77.*arpa/, '')), ['2 IN PTR server.lab.example.']);
  assert.throws(
    () => ptr({ network: '10.76.0.0/15' }),
    /10\.76\.0\.0\/15 is not one zone but 2 zones: 76\.10\.in-addr\.arpa, 77/,
  );
  assert.throws(() => ptr({ network: '10.77.0.0/32' }), /not a network with a reverse zone/);
  assert.throws(() => ptr({ zone: 'lab.example' }), /not the name of a reverse zone/);
});

test('a reverse zone without an address is a warning, for its name may be mistyped', () => {
  const { said } = exportText('reverse-dns', server, { zone: '8.b.d.0.1.0.0.2.ip6.arpa' });
  assert.deepEqual(said, ['zones: ZONE: no machine has an address in 8.b.d.0.1.0.0.2.ip6.arpa']);
});

test('a reverse zone delegates what lies in it, and refuses one address for two machines', () => {
  const text = `${server}r:\n ZONE=9.77.10.in-addr.arpa\n NS=ns.o.example\ninner:\n${net} IP=10.77.9.1\n`;
  assert.deepEqual(records(exportText('reverse-dns', text, { zone: '77.10.in-addr.arpa' }).text).slice(1), [
    '9 IN NS ns.o.example.',
    '2.0 IN PTR server.lab.example.',
  ]);
  const twice = exportText('reverse-dns', `${text}b:\n${net} IP=10.77.0.2\n`, { zone: '77.10.in-addr.arpa' });
  assert.deepEqual(twice.said, ['19: b: IP: 10.77.0.2 is already the address of server']);
});
