import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import { hostValues, isMaster } from './cluster-document.ts';
import type { HostValues } from './cluster-document.ts';
import { encodeDocument } from './decode-document.ts';
import { parseCluster, parseClusterBytes, scanClusterBytes } from './parse-document.ts';

const valid: readonly { name: string; text: string; hosts: HostValues[]; warnings?: RegExp[] }[] = [
  { name: 'no host', text: '<cluster/>', hosts: [] },
  { name: 'a public DTD', text: '<!DOCTYPE cluster PUBLIC "-//x" \'y\' ><cluster/>', hosts: [] },
  { name: 'a DOCTYPE without a DTD', text: '<!DOCTYPE cluster><cluster/>', hosts: [] },
  { name: 'a host without fields', text: '<cluster><host/><host></host></cluster>', hosts: [{}, {}] },
  { name: 'empty elements', text: '<cluster><host><ip/><mac></mac><notes> </notes></host></cluster>', hosts: [{}] },
  {
    name: 'any order, white space around values',
    text: '<cluster>\r\n<host>\r\n\t<hostname>\n a\n</hostname><ip> 10.0.0.1</ip></host></cluster>',
    hosts: [{ ip: '10.0.0.1', hostname: 'a' }],
  },
  {
    name: 'comments, CDATA and references in values',
    text: '<cluster><!--<host>--><host><ip>10.<!-- . -->0.0.1</ip><notes><![CDATA[<a>]]>&amp;&#x62;&#99;</notes></host></cluster>',
    hosts: [{ ip: '10.0.0.1', notes: '<a>&bc' }],
  },
  {
    name: 'attributes, name spaces, processing instructions',
    text: '<?xml version="1.0"?><?xml-stylesheet href="http://h/x"?><cluster xmlns="urn:c" a=">"><?p <?q ?><host id="1"><ip x="&lt;">1.1.1.1</ip></host></cluster><!-- end -->',
    hosts: [{ ip: '1.1.1.1' }],
  },
  {
    name: 'a DOCTYPE that names a DTD which is not there',
    text: '<!DOCTYPE cluster SYSTEM "file:///nowhere/[x].dtd">\n<cluster><host><ip>1.1.1.1</ip></host></cluster>',
    hosts: [{ ip: '1.1.1.1' }],
  },
  {
    name: 'unknown elements with children, hosts elsewhere, stray text',
    text: '<cluster>x<rack><host><ip>9.9.9.9</ip></host></rack><host>y<os><a/></os><os/><ip>1.1.1.1<b>2</b></ip></host></cluster>',
    hosts: [{ ip: '1.1.1.1' }],
    warnings: [
      /text directly in <host>/,
      /<os> in <host> is unknown, and kept \(the first of 2\)/,
      /<b> in <ip> is unknown/,
      /text directly in <cluster>/,
      /<rack> in <cluster>/,
    ],
  },
  {
    name: 'nfsroot',
    text: '<cluster><host><nfsroot>/srv</nfsroot></host></cluster>',
    hosts: [{ nfsroot: '/srv' }],
    warnings: [/<nfsroot> is deprecated/],
  },
  {
    name: 'a byte order mark',
    text: '\u{feff}<cluster><host><notes>ä</notes></host></cluster>',
    hosts: [{ notes: 'ä' }],
  },
];

suite('what is read', () => {
  for (const { name, text, hosts, warnings = [] } of valid) {
    test(name, () => {
      const parsed = parseCluster(text, 'x.xml');
      assert.deepEqual(parsed.document.hosts.map(hostValues), hosts);
      assert.equal(parsed.warnings.length, warnings.length, JSON.stringify(parsed.warnings));
      for (const [index, pattern] of warnings.entries()) assert.match(parsed.warnings[index]?.message ?? '', pattern);
      const scanned: HostValues[] = [];
      const scan = scanClusterBytes(Buffer.from(text), 'x.xml', (host) => scanned.push(hostValues(host)));
      assert.deepEqual([scanned, scan.warnings], [hosts, parsed.warnings]);
    });
  }
});

const laughs = '<!DOCTYPE c [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<cluster>&b;</cluster>';
const file = '<!DOCTYPE c [<!ENTITY f SYSTEM "file:///etc/passwd">]><cluster><host><ip>&f;</ip></host></cluster>';

const refused: readonly { name: string; text: string; error: RegExp }[] = [
  { name: 'nothing', text: '', error: /x\.xml:1:1: error: document must contain a root element/ },
  { name: 'text', text: 'hello', error: /x\.xml:1:\d+: error: text data outside of root node/ },
  { name: 'another root', text: '<!-- -->\n<clusters/>', error: /x\.xml:2:1: error: the root element is <clusters>/ },
  {
    name: 'two roots',
    text: '<cluster/>\n<cluster/>',
    error: /x\.xml:2:\d+: error: documents may contain only one root/,
  },
  {
    name: 'cut short',
    text: '<cluster>\n <host>\n  <ip>1',
    error: /x\.xml:3:7: error: unclosed tag: ip, inside <ip> of line 3/,
  },
  { name: 'a wrong end tag', text: '<cluster>\n<host></hosts>\n', error: /x\.xml:2:14: error: unexpected close tag/ },
  {
    name: 'a field twice',
    text: '<cluster><host>\n<ip>1</ip><ip>2</ip></host></cluster>',
    error: /x\.xml:2:11: error: this host has a second <ip>/,
  },
  ...['cluster SYSTE "x"', 'cl&lt;r SYSTEM "x"', 'cluster SYSTEM x', 'cluster "x"', ''].map((words) => ({
    name: `DOCTYPE ${words}`,
    text: `\n<!DOCTYPE ${words}><cluster/>`,
    error: /x\.xml:2:1: error: this DOCTYPE is malformed/,
  })),
  { name: 'billion laughs', text: laughs, error: /x\.xml:1:1: error: this DOCTYPE declares/ },
  { name: 'a file as an entity', text: file, error: /x\.xml:1:1: error: this DOCTYPE declares/ },
  {
    name: 'a parameter entity',
    text: '<!DOCTYPE c SYSTEM "[" [%x;]><cluster/>',
    error: /x\.xml:1:1: error: this DOCTYPE/,
  },
  { name: 'an entity of nowhere', text: '<cluster>&nbsp;</cluster>', error: /x\.xml:1:15: error: undefined entity/ },
  { name: "a name of JavaScript's", text: '<cluster>&constructor;&__proto__;</cluster>', error: /undefined entity/ },
  {
    name: 'an ampersand',
    text: '<cluster><host><notes>a & b</notes></host></cluster>',
    error: /x\.xml:1:\d+: error: /,
  },
  { name: 'NUL', text: '<cluster>\n\0</cluster>', error: /x\.xml:2:1: error: disallowed character/ },
  { name: 'a reference to NUL', text: '<cluster>&#0;</cluster>', error: /malformed character entity/ },
  { name: 'an attribute twice', text: '<cluster a="1" a="2"/>', error: /duplicate attribute: a/ },
  { name: 'depth', text: '<cluster>'.repeat(100_000), error: /x\.xml:1:577: error: elements are more than 64 deep/ },
  { name: 'too many hosts', text: `<cluster>${'<host/>'.repeat(200_001)}</cluster>`, error: /more than 200000 hosts/ },
  {
    name: 'too many elements',
    text: `<cluster>${'<a/>'.repeat(3_000_000)}</cluster>`,
    error: /more than 3000000 elements/,
  },
];

suite('what is refused, with line and column', () => {
  for (const { name, text, error } of refused) {
    test(name, () => assert.throws(() => parseCluster(text, 'x.xml'), checkFault(error)));
  }
});

const bytes: readonly { name: string; bytes: Buffer; error: RegExp }[] = [
  {
    name: 'Latin-1 without a declaration',
    bytes: Buffer.from('<cluster>\n<!-- M\xfcller -->', 'latin1'),
    error: /x\.xml:2:7: error: the byte 0xfc is not UTF-8/,
  },
  {
    name: 'a character cut short',
    bytes: Buffer.from([0x3c, 0x61, 0x3e, 0xe2, 0x82]),
    error: /x\.xml:1:4: error: the byte 0xe2/,
  },
  {
    name: 'a lone continuation',
    bytes: Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0xa4, 0x80, 0x3c]),
    error: /x\.xml:1:6: error: the byte 0x80/,
  },
  {
    name: 'UTF-16',
    bytes: Buffer.from('\u{feff}<cluster/>', 'utf16le'),
    error: /is UTF-16LE, which is not read\n.*iconv -f UTF-16LE -t UTF-8, and write encoding="UTF-8"/,
  },
  { name: 'UTF-16 without a mark', bytes: Buffer.from('<cluster/>', 'utf16le'), error: /is UTF-16LE/ },
  {
    name: 'another encoding',
    bytes: Buffer.from('<?xml version="1.0" encoding="EUC-JP"?><cluster/>'),
    error: /says that it is EUC-JP, .*\n.*iconv -f EUC-JP -t UTF-8, and write encoding="UTF-8"/,
  },
  {
    name: 'Latin-1 that says it is UTF-8',
    bytes: Buffer.from('<?xml version="1.0" encoding="UTF-8"?><!-- M\xfcller -->', 'latin1'),
    error: /0xfc is not UTF-8, and the XML declaration says UTF-8\n(.*\n)*.*encoding="ISO-8859-1"/,
  },
  { name: 'more than 64 MiB', bytes: Buffer.alloc(64 * 1024 * 1024 + 1, 32), error: /more than 64 MiB/ },
];

suite('bytes that are refused', () => {
  for (const { name, bytes: data, error } of bytes) {
    test(name, () => assert.throws(() => parseClusterBytes(data, 'x.xml'), checkFault(error)));
  }
});

test('declared Latin-1 is read', () => {
  const text = '<?xml version="1.0" encoding="ISO-8859-1"?><cluster><host><notes>Müller</notes></host></cluster>';
  const { document } = parseClusterBytes(Buffer.from(text, 'latin1'), 'x.xml');
  assert.deepEqual([document.encoding, document.hosts.map(hostValues)], ['latin1', [{ notes: 'Müller' }]]);
  assert.deepEqual(encodeDocument(document.text, document.encoding), Buffer.from(text, 'latin1'));
});

test('notes are words, of which master has a meaning', () => {
  const { document } = parseCluster(
    '<cluster><host><notes>spare\nmaster</notes></host><host><notes>masters</notes></host><host/></cluster>',
    'x.xml',
  );
  assert.deepEqual(document.hosts.map(isMaster), [true, false, false]);
});

test('cut at every byte: an error with line and column, or the whole', () => {
  const sample = Buffer.from(
    '\u{feff}<?xml version="1.0"?>\n<!DOCTYPE cluster SYSTEM "x">\n<?p q?><cluster a="ä"><!-- € -->\r\n<host><ip>1&amp;</ip><notes><![CDATA[x]]>&#xe4;</notes></host></cluster >',
  );
  for (let length = 0; length < sample.length; length += 1) {
    assert.throws(() => parseClusterBytes(sample.subarray(0, length), 'x.xml'), checkFault(/x\.xml:\d+:\d+: error: /));
  }
  assert.equal(parseClusterBytes(sample, 'x.xml').document.hosts.length, 1);
});

function checkFault(pattern: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof FaultsError, String(error));
    assert.equal(error.exitCode, 2);
    assert.match(error.message, pattern);
    return true;
  };
}
