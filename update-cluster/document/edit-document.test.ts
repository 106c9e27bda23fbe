import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { hostValues } from './cluster-document.ts';
import type { HostValues } from './cluster-document.ts';
import { EMPTY_CLUSTER, insertHosts, removeHosts, replaceFields } from './edit-document.ts';
import { fieldNames } from './fields.ts';
import { formatDocument } from './format-document.ts';
import { parseCluster } from './parse-document.ts';

const a: HostValues = { hostname: 'a', ip: '10.0.0.1' };
const parse = (text: string) => parseCluster(text, 'x.xml').document;

const insertions: readonly { name: string; before: string; after: string }[] = [
  {
    name: 'a new file',
    before: EMPTY_CLUSTER,
    after:
      '<?xml version="1.0" encoding="UTF-8"?>\n<cluster>\n  <host>\n    <ip>10.0.0.1</ip>\n    <hostname>a</hostname>\n  </host>\n</cluster>\n',
  },
  {
    name: 'an empty element',
    before: '<cluster id="1" />',
    after: '<cluster id="1">\n  <host>\n    <ip>10.0.0.1</ip>\n    <hostname>a</hostname>\n  </host>\n</cluster>',
  },
  {
    name: 'one line',
    before: '<cluster><host/></cluster>',
    after: '<cluster><host/><host><ip>10.0.0.1</ip><hostname>a</hostname></host></cluster>',
  },
  {
    name: 'tabs, CR LF, a comment at the end, no final line end',
    before: '<cluster>\r\n\t<host>\r\n\t\t<ip>1.1.1.1</ip>\r\n\t</host> <!-- last -->\r\n\r\n</cluster>',
    after:
      '<cluster>\r\n\t<host>\r\n\t\t<ip>1.1.1.1</ip>\r\n\t</host> <!-- last -->\r\n\t<host>\r\n\t\t<ip>10.0.0.1</ip>\r\n\t\t<hostname>a</hostname>\r\n\t</host>\r\n\r\n</cluster>',
  },
];

suite('a host is appended', () => {
  for (const { name, before, after } of insertions) {
    test(name, () => assert.equal(insertHosts(parse(before), [a]), after));
  }
  test('what XML gives a meaning is escaped, and what the encoding lacks', () => {
    const { document } = parseCluster('<cluster></cluster>', 'x.xml', 'latin1');
    const text = insertHosts(document, [{ notes: 'a<&]]>"ä€' }]);
    assert.equal(text, '<cluster><host><notes>a&lt;&amp;]]&gt;"ä&#8364;</notes></host></cluster>');
    assert.deepEqual(parse(text).hosts.map(hostValues), [{ notes: 'a<&]]>"ä€' }]);
  });
});

const replacements: readonly { name: string; before: string; values: HostValues; after: string }[] = [
  {
    name: 'other fields, comments and attributes stay',
    before: '<host id="7"><!-- x --><mac a="1">old<!-- y --></mac><os>z</os></host>',
    values: { mac: 'new&' },
    after: '<host id="7"><!-- x --><mac a="1">new&amp;<!-- y --></mac><os>z</os></host>',
  },
  {
    name: 'the same value is not touched',
    before: '<host><ip><![CDATA[1.1.1.1]]> </ip></host>',
    values: { ip: '1.1.1.1' },
    after: '<host><ip><![CDATA[1.1.1.1]]> </ip></host>',
  },
  {
    name: 'new fields have their place in the table',
    before: '<host>\n <mac>m</mac>\n <os/>\n</host>',
    values: { ip: 'i', hostname: 'h', bootmaster: 'b' },
    after: '<host>\n <ip>i</ip>\n <mac>m</mac>\n <hostname>h</hostname>\n <bootmaster>b</bootmaster>\n <os/>\n</host>',
  },
  {
    name: 'an empty field',
    before: '<host><ip a="1" /></host>',
    values: { ip: 'i' },
    after: '<host><ip a="1">i</ip></host>',
  },
  {
    name: 'an empty host',
    before: '<host a="1"/>',
    values: { ip: 'i', mac: 'm' },
    after: '<host a="1"><ip>i</ip><mac>m</mac></host>',
  },
  {
    name: 'a host with nothing',
    before: '<host><!-- --></host>',
    values: { ip: 'i' },
    after: '<host><ip>i</ip><!-- --></host>',
  },
];

suite('fields are replaced', () => {
  for (const { name, before, values, after } of replacements) {
    test(name, () => {
      const document = parse(`<cluster>${before}</cluster>`);
      const [host] = document.hosts;
      assert.ok(host);
      assert.equal(replaceFields(document, host, values), `<cluster>${after}</cluster>`);
    });
  }
});

suite('reformatting', () => {
  const cases: readonly { name: string; before: string; after: string }[] = [
    {
      name: 'fields in order, with their comments',
      before:
        '<cluster><!-- c --><host><!-- m --><mac> m </mac><os>x</os><!-- end --><ip>i</ip></host><host/></cluster>',
      after:
        '<cluster>\n  <!-- c -->\n  <host>\n    <ip>i</ip>\n    <!-- m -->\n    <mac>m</mac>\n    <os>x</os> <!-- end -->\n  </host>\n  <host/>\n</cluster>\n',
    },
    {
      name: 'prolog, unknown elements, CDATA and references stay as they are written',
      before:
        '<?xml version="1.0"?><!DOCTYPE cluster SYSTEM "c"><?p?><cluster  a="1"><rack><u n="1"/> <v>a b</v></rack><host><notes><![CDATA[<]]>&#97;</notes></host></cluster><!-- z -->',
      after:
        '<?xml version="1.0"?>\n<!DOCTYPE cluster SYSTEM "c">\n<?p?>\n<cluster  a="1">\n  <rack>\n    <u n="1"/>\n    <v>a b</v>\n  </rack>\n  <host>\n    <notes><![CDATA[<]]>&#97;</notes>\n  </host>\n</cluster>\n<!-- z -->\n',
    },
    { name: 'mixed text stays', before: '<cluster>x <host/></cluster>', after: '<cluster>x <host/></cluster>\n' },
    { name: 'nothing', before: '<cluster></cluster>', after: '<cluster>\n</cluster>\n' },
  ];
  for (const { name, before, after } of cases) {
    test(name, () => {
      assert.equal(formatDocument(parse(before)), after);
      assert.equal(formatDocument(parse(after)), after, 'a second time changes nothing');
    });
  }
  test('hosts are left out, their comments stay', () => {
    const document = parse('<cluster><host><ip>1</ip></host> <!-- of 1 -->\n<host><ip>2</ip></host></cluster>');
    const without = new Set(document.hosts.slice(0, 1));
    assert.equal(
      formatDocument(document, without),
      '<cluster>\n  <!-- of 1 -->\n  <host>\n    <ip>2</ip>\n  </host>\n</cluster>\n',
    );
  });
});

const word = fc.string({
  unit: fc.constantFrom('a', 'Z', '0', '.', '-', '<', '>', '&', '"', "'", 'ä', '€', '😀'),
  minLength: 1,
  maxLength: 8,
});
const hostsOf = fc.array(
  fc.record(Object.fromEntries(fieldNames.map((name) => [name, word])), { requiredKeys: [], noNullPrototype: true }),
);
const between = fc.constantFrom('', '\n', '\r\n\t', ' <!-- host --> ', '<rack><host/></rack>', '<?p ?>', '\n\n  ');
const frame = fc
  .tuple(
    fc.constantFrom('', '\u{feff}<?xml version="1.0"?>\n'),
    fc.array(fc.tuple(between, fc.boolean())),
    between,
    fc.constantFrom('', '\n'),
  )
  .map(([prolog, parts, end, last]) => {
    const hosts = parts.map(([space, isLong]) => `${space}${isLong ? '<host>\n<ip>1</ip>\n</host>' : '<host/>'}`);
    return `${prolog}<cluster>${hosts.join('')}${end}</cluster>${last}`;
  });

suite('laws', () => {
  test('what is printed is read as it was', () => {
    fc.assert(
      fc.property(hostsOf, (hosts: HostValues[]) => {
        const text = insertHosts(parse(EMPTY_CLUSTER), hosts);
        assert.deepEqual(parse(text).hosts.map(hostValues), hosts);
      }),
    );
  });
  test('add, then remove: the same bytes', () => {
    fc.assert(
      fc.property(frame, hostsOf, (text, hosts: HostValues[]) => {
        const before = parse(text);
        const added = parse(insertHosts(before, hosts));
        assert.equal(added.hosts.length, before.hosts.length + hosts.length);
        assert.equal(removeHosts(added, added.hosts.slice(before.hosts.length)), text);
      }),
    );
  });
  test('reformatting changes no value, and does nothing the second time', () => {
    fc.assert(
      fc.property(frame, hostsOf, (text, hosts: HostValues[]) => {
        const document = parse(insertHosts(parse(text), hosts));
        const formatted = parse(formatDocument(document));
        assert.deepEqual(formatted.hosts.map(hostValues), document.hosts.map(hostValues));
        assert.equal(formatDocument(formatted), formatted.text);
      }),
    );
  });
});
