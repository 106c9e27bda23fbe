import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../../lib/errors.ts';
import { exportText } from '../../machdb/exports/export-text.ts';
import { EMPTY_DATABASE } from './joined-database.ts';
import { planImport } from './plan-import.ts';
import type { Joined } from './plan-import.ts';
import { readHosts } from './read-hosts.ts';

const clusterOf = (hosts: readonly string[]) =>
  readHosts(Buffer.from(`<cluster>\n${hosts.map((host) => `<host>${host}</host>`).join('\n')}\n</cluster>\n`), 'c.xml');

function importHosts(hosts: readonly string[], joined: Joined = EMPTY_DATABASE, parents: readonly string[] = []) {
  try {
    const { text, warnings } = planImport(clusterOf(hosts), joined, parents);
    return { text, said: warnings.map(({ line, message }) => `${line}: ${message}`) };
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return { text: '', said: error.faults.map(({ line, message }) => `${line}: ${message}`) };
  }
}

const head = '<ip>10.0.0.1</ip><mac>AA:BB:C0:D2:E4:F6</mac><hostname>beomaster</hostname><notes>master</notes>';

test('hosts become objects with the parents that were asked for', () => {
  const node = '<bootmaster>10.0.0.1</bootmaster><hostname>Node1.</hostname><mac>0:1:2:3:4:5</mac>';
  const { text, said } = importHosts([head, node], EMPTY_DATABASE, ['lab', 'debian-12']);
  assert.deepEqual(said, []);
  assert.deepEqual(text.split('\n').slice(1), [
    '',
    'beomaster: lab debian-12',
    '    MAC=aa:bb:c0:d2:e4:f6',
    '    IP=10.0.0.1',
    '    CLUSTER_NOTES=master',
    '',
    'node1: lab debian-12',
    '    MAC=00:01:02:03:04:05',
    '    CLUSTER_BOOTMASTER=10.0.0.1',
    '',
  ]);
});

const joined: Joined = {
  names: new Map([['lab01', 'Lab01']]),
  byMac: new Map([['00:16:3e:00:00:01', 'lab01']]),
  byIp: new Map([['2001:db8::1', 'lab02']]),
};
const h = (name: string, rest: string) => `<hostname>${name}</hostname>${rest}`;
const IP = '<ip>10.0.0.9</ip>';
const refused: readonly [name: string, hosts: string[], said: RegExp[]][] = [
  ['no name', [IP], [/^2: this host has no hostname/]],
  ['a name that is no host name', [h('a_b', IP)], [/^2: 'a_b' is not a host name/]],
  ['a name that is a number', [h('5', IP)], [/^2: '5' is not a host name: .* last part is no number/]],
  ['a name that would be another line', [h('a:&#10;    IP', IP)], [/is not a host name/]],
  ['an address that is none', [h('a', '<ip>10.0.0.256</ip>')], [/'10\.0\.0\.256' is not an IP address/]],
  ['a MAC address that is none', [h('a', '<mac>xx:xx:xx:xx:xx:xx</mac>')], [/is not a MAC address/]],
  ['a bootmaster that is nobody', [h('a', `${IP}<bootmaster>b</bootmaster>`)], [/the bootmaster 'b' is neither/]],
  ['two hosts of one name', [h('a', IP), h('A', '<ip>10.0.0.8</ip>')], [/^3: the hostname A is also that of line 2/]],
  [
    'two hosts of one address',
    [h('a', '<ip>::1</ip><mac>0:0:0:0:0:1</mac>'), h('b', '<ip>0:0::1</ip><mac>0:0:0:0:0:2</mac>')],
    [/^3: the ip 0:0::1 is also that of line 2/],
  ],
  [
    'two hosts of one card',
    [h('a', '<mac>0016.3e00.0009</mac>'), h('b', '<mac>00-16-3E-00-00-09</mac>')],
    [/^3: the mac .* is also that of line 2/],
  ],
  [
    'a name of the database',
    [h('LAB01', IP)],
    [/^2: the hostname LAB01 is already that of Lab01 in the machine database/],
  ],
  ['a card of the database', [h('a', '<mac>00:16:3E:00:00:01</mac>')], [/^2: the mac .* is already that of lab01/]],
  [
    'an address of the database',
    [h('a', '<ip>2001:DB8:0::1</ip><mac>0:0:0:0:0:1</mac>')],
    [/^2: the ip .* is already that of lab02/],
  ],
  [
    'both kinds of quotes with a # behind a blank',
    [h('a', `${IP}<notes>"a 'b #c</notes>`)],
    [/CLUSTER_NOTES cannot be written/],
  ],
  ['several at once', [IP, h('a_b', IP)], [/.*/, /.*/, /.*/]],
];
for (const [name, hosts, said] of refused) {
  test(`refused: ${name}`, () => {
    const found = importHosts(hosts, joined);
    assert.equal(found.text, '');
    assert.equal(found.said.length, said.length, found.said.join('\n'));
    for (const [index, pattern] of said.entries()) assert.match(found.said[index] ?? '', pattern);
  });
}

test('what the database has no place for is named once and left out', () => {
  const odd = h('a', `${IP}<nfsroot>/x</nfsroot><rack>3</rack>`);
  const { text, said } = importHosts([
    odd,
    odd.replace('a<', 'b<').replace('.9', '.8'),
    h('c', '<notes>master</notes>'),
    '',
  ]);
  assert.deepEqual(said, [
    '2: <nfsroot> is not imported',
    '2: <rack> is not imported',
    '4: c has neither ip nor mac, so it is no machine, and left out',
    '5: this host has neither ip nor mac, so it is no machine, and left out',
  ]);
  assert.doesNotMatch(text, /\/x|3\n|^c:/m);
});

const word = fc.stringMatching(/^[A-Za-z0-9$#{}\\=+"&<>;%-]{1,6}$/);
const hostArbitrary = fc.record(
  {
    notes: fc.array(word, { minLength: 1, maxLength: 3 }),
    hasMac: fc.boolean(),
    bootmaster: fc.constantFrom('10.9.9.9', 'n0'),
  },
  { requiredKeys: ['hasMac'] },
);

test('law: importing and exporting again gives the same hosts', () => {
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  fc.assert(
    fc.property(fc.array(hostArbitrary, { minLength: 1, maxLength: 8 }), (hosts) => {
      const written = hosts.map(({ notes, hasMac, bootmaster }, index) =>
        [
          `<ip>10.0.0.${index + 1}</ip>`,
          hasMac ? `<mac>00:16:3E:00:00:0${index}</mac>` : '',
          `<hostname>n${index}</hostname>`,
          notes === undefined ? '' : `<notes>${escape([...new Set(notes)].join(' '))}</notes>`,
          bootmaster === undefined ? '' : `<bootmaster>${bootmaster === 'n0' ? '10.0.0.1' : bootmaster}</bootmaster>`,
        ].join(''),
      );
      const { text, said } = importHosts(written);
      const why = said.join('\n');
      // What no line of a database can hold is refused.
      if (why !== '') return assert.match(why, /cannot be written/);
      const exported = exportText('cluster-xml', text);
      assert.deepEqual(exported.said, []);
      const hostsAgain = exported.text.replaceAll(/\n */g, '').matchAll(/<host>(.*?)<\/host>/g);
      assert.deepEqual(
        [...hostsAgain].map(([, host]) => host),
        written,
      );
    }),
  );
});
