import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { checkMachdb } from '../machdb/check.ts';
import { parseMachdb } from '../machdb/parse.ts';
import { checkTemplates } from './check-templates.ts';
import { readSiteTemplates } from './site-templates.ts';

const dir = mkdtempSync(join(tmpdir(), 'check-templates-'));
after(() => rmSync(dir, { recursive: true }));

const files: Readonly<Record<string, string>> = {
  'motd/etc/motd.plprocess': '##A##comment\nHello ##HOSTNAME## in ##ROOM##\n##ROOM## and ##B##\n',
  'motd@arm64/etc/motd.plprocess': 'arm ##ARM##\n',
  'theme/etc/motd.plprocess': 'Theme ##COLOUR##\n',
  'theme/.packagelink.yaml': 'priority: 60\n',
  'plain/etc/plain': 'no template: ##X##\n',
  'plain/etc/verbatim.plprocess': '##X## is ##Y##\n',
  'plain/.packagelink.yaml': 'verbatim: [etc/verbatim.plprocess]\n',
  'other/etc/x.in': 'x ##OTHER##\n',
  'other/etc/y.plprocess': 'y ##NOT##\n',
  'other/.packagelink.yaml': 'suffix: .in\n',
  'above/etc/x': 'hides it\n',
  'above/.packagelink.yaml': 'priority: 60\n',
  'broken/.packagelink.yaml': 'priority: high\n',
  'unused/etc/x.plprocess': 'x ##UNUSED##\n',
};
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(dir, 'packages', path)), { recursive: true });
  writeFileSync(join(dir, 'packages', path), text);
}
const check = checkTemplates(await readSiteTemplates(dir));

function faultsOf(text: string): string[] {
  const db = parseMachdb([{ path: 'a.db', text }]);
  const faults = checkMachdb(db, [check], { warnings: false });
  return faults.map(
    ({ where, line, message, suggestion }) =>
      `${where.replace(`${dir}/packages/`, '')}:${line}: ${message.replace(/ stands.*/, '')} (${suggestion})`,
  );
}

const table: [what: string, text: string, faults: string[]][] = [
  ['everything is defined; what begins a line need not be', 'm:\nIP=10.0.0.1\nPACKAGES=motd plain\nROOM=\nB=x\n', []],
  [
    'what is missing, at the line of the template, once for all machines',
    'm:\nIP=10.0.0.1\nPACKAGES=motd\nROOM=x\nn:\nIP=10.0.0.2\nPACKAGES=motd\no:\nIP=10.0.0.3\nPACKAGES=motd\n',
    [
      'motd/etc/motd.plprocess:2: ##ROOM## (n is one that does not)',
      'motd/etc/motd.plprocess:3: ##B## (m is one that does not)',
    ],
  ],
  [
    'a variant, and a template that another package hides',
    'm:\nIP=10.0.0.1\nPACKAGES=motd\nARCH=arm64\nn:\nIP=10.0.0.2\nPACKAGES=motd theme\n',
    [
      'motd@arm64/etc/motd.plprocess:1: ##ARM## (m is one that does not)',
      'theme/etc/motd.plprocess:1: ##COLOUR## (n is one that does not)',
    ],
  ],
  [
    'templates of another suffix, and one that a file of another package hides',
    'm:\nIP=10.0.0.1\nPACKAGES=other\nn:\nIP=10.0.0.2\nPACKAGES=other above\n',
    ['other/etc/x.in:1: ##OTHER## (m is one that does not)'],
  ],
];
for (const [what, text, faults] of table) test(what, () => assert.deepEqual(faultsOf(text), faults));

test('a package that cannot be published is a fault of whoever gets it', () => {
  assert.deepEqual(faultsOf('m:\nIP=10.0.0.1\n'), []);
  assert.match(faultsOf('m:\nIP=10.0.0.1\nPACKAGES=broken\n').join('\n'), /^broken: priority:undefined: Invalid input/);
});
