import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, suite, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { loadOrCreateSiteKey } from '../../packagelink/manifests/keys.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { openStore } from '../../packagelink/store/store.ts';
import { compareSites } from './compare-sites.ts';
import type { CompareSitesInput } from './compare-sites.ts';
import type { PlanMerge } from './describe-machine.ts';
import { diffAsJson } from './diff-json.ts';
import { formatSiteDiff, hasDifferences } from './format-diff.ts';
import { openPublished } from './published-packages.ts';
import { readSides } from './read-sides.ts';
import { createDiffer } from './unified-diff.ts';

const IMAGE = 'debian-12-amd64';
const BASE = `base:\n OS=debian\n OSREV=12\n ARCH=amd64\n PACKAGES=motd\n LOCATION=here\n`;
const SITE: Readonly<Record<string, string>> = {
  'site.yaml': '{}\n',
  'machdb/a.db': `${BASE}m1: base\n IP=10.0.0.1\nm2: base\n IP=10.0.0.2\nm3: base\n IP=10.0.0.3\n PACKAGES=\n`,
  'packages/motd/etc/motd.plprocess': 'in ##LOCATION##\nat ##IP##\n',
  'packages/motd/etc/plain': 'one\ntwo\n',
  'packages/other/etc/other': 'other\n',
};

const dir = mkdtempSync(join(tmpdir(), 'gutinteg-diff-'));
after(() => rmSync(dir, { recursive: true }));
const fill = (root: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
};

fill(join(dir, 'image'), { 'etc/issue': 'image\n' });
const { privateKey: signingKey } = await loadOrCreateSiteKey(dir);
const store = openStore(join(dir, 'store'));
await publishTree({ store, name: IMAGE, tree: join(dir, 'image'), kind: 'image', signingKey });

/** As the installer has it, with one rendered file. */
const planMerge: PlanMerge = ({ name, record, image, packages }) => ({
  layers: [image, ...packages].map(({ name: layer, manifest }) => ({
    name: layer,
    priority: manifest.priority,
    manifest,
  })),
  generated: [{ path: 'etc/hostname', bytes: Buffer.from(`${name}\n`) }],
  defines: record,
});

type Edits = Readonly<Record<string, string | undefined>>;
type Wanted = Partial<Pick<CompareSitesInput, 'isMachineWanted' | 'isPathWanted'>>;

/** What becomes of the machines when files of the site are edited, as data and as a reader sees it. */
async function diffWith(edits: Edits, wanted: Wanted = {}) {
  const [from, to] = [join(dir, 'from'), join(dir, 'to')];
  for (const side of [from, to]) rmSync(side, { recursive: true, force: true });
  fill(from, SITE);
  const edited = Object.entries({ ...SITE, ...edits }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  fill(to, Object.fromEntries(edited));
  const run = async () => await Promise.reject(new Error('no program may run'));
  const sides = await readSides({ old: undefined, current: undefined, from, to, site: to, dir, run });
  const context = { findPublished: await openPublished(dir), everywhere: () => [], planMerge };
  const all = { isMachineWanted: () => true, isPathWanted: () => true };
  const diff = await compareSites({ ...sides, context, ...all, ...wanted });
  const differ = createDiffer(runCommand, dir);
  const labels = { from: 'old', to: 'new' };
  const lines = await formatSiteDiff(diff, { ...labels, stat: false, whole: false }, differ);
  return { diff, lines, json: await diffAsJson(diff, labels, differ) };
}

const edit = (path: string, from: string, to: string): Edits => ({ [path]: (SITE[path] ?? '').replace(from, to) });

type Case = readonly [name: string, edits: Edits, summary: string, lines: readonly RegExp[]];

const CASES: readonly Case[] = [
  ['nothing', {}, 'no differences; 3 machines unchanged', []],
  [
    'a file of a package',
    edit('packages/motd/etc/plain', 'two', 'three'),
    '2 machines in 1 group; 1 unchanged',
    [
      /^m\[?1.* \(2 machines\): 1 path changed$/m,
      /changed \/etc\/plain \(bytes, 8 → 10\): changed in motd/,
      /^ +-two\n +\+three$/m,
    ],
  ],
  [
    'a file more and one less',
    { 'packages/motd/etc/plain': undefined, 'packages/motd/etc/new': 'new\n' },
    '2 machines in 1 group; 1 unchanged',
    [
      /1 path added, 1 removed/,
      /added \/etc\/new \(file 0644, 4 bytes\): new in motd/,
      /removed \/etc\/plain .*: gone from motd/,
    ],
  ],
  [
    'a template',
    edit('packages/motd/etc/motd.plprocess', 'in', 'is in'),
    '2 machines in 1 group; 1 unchanged',
    [/as on m1/, /the template of motd has changed/, /^ +\+is in here$/m],
  ],
  [
    'a value that a template uses',
    edit('machdb/a.db', 'LOCATION=here', 'LOCATION=there'),
    '2 machines in 1 group; 1 unchanged',
    [/##LOCATION## has another value/],
  ],
  [
    'another package for one machine',
    edit('machdb/a.db', 'IP=10.0.0.2\n', 'IP=10.0.0.2\n PACKAGES+=other\n'),
    '1 machine in 1 group; 2 unchanged',
    [/^m2 \(1 machine\)/m, /added \/etc\/other .*: package other is new to the machine/],
  ],
  [
    'a file that becomes a template’s path of another package',
    { 'packages/other/etc/plain': 'x\n', ...edit('machdb/a.db', 'PACKAGES=motd', 'PACKAGES=motd other') },
    '2 machines with other faults; 1 unchanged',
    [/cannot be installed as described/, /etc\/plain/],
  ],
  [
    'a machine more and one less',
    edit('machdb/a.db', 'm3: base\n IP=10.0.0.3', 'm4: base\n IP=10.0.0.4'),
    '1 machine added; 1 machine removed; 2 unchanged',
    [/m4 \(1 machine\): added/, /m3 \(1 machine\): removed/],
  ],
  [
    'a package that is gone',
    edit('machdb/a.db', 'IP=10.0.0.1\n', 'IP=10.0.0.1\n PACKAGES=gone\n'),
    '1 machine with other faults; 2 unchanged',
    [/\+ PACKAGES names what the site does not have: gone/],
  ],
  [
    'a secret in a template',
    { 'packages/motd/etc/motd.plprocess': '##ROOT_SECRET##\n' },
    '2 machines with other faults; 1 unchanged',
    [/a template of motd uses ROOT_SECRET; secrets are not handed out/],
  ],
  [
    'disks and who owns the files',
    edit('machdb/a.db', 'IP=10.0.0.3\n', 'IP=10.0.0.3\n OSMODE=packages\n DISK_disk0=serial:A\n'),
    '1 machine in 1 group; 2 unchanged',
    [/OSMODE: image → packages/, /DISK_disk0 has changed, which only an installation looks at/],
  ],
  [
    'commands of a package',
    {
      'packages/motd/.packagelink.yaml': 'after:\n  - paths: [etc/plain]\n    run: [renew]\n',
      ...edit('packages/motd/etc/plain', 'two', '2'),
    },
    '2 machines in 1 group; 1 unchanged',
    [/what motd runs after a change has changed/, /runs renew \(motd\)/],
  ],
];

suite('what a change of the site does to its machines', () => {
  for (const [name, edits, summary, expected] of CASES) {
    test(name, async () => {
      const { diff, lines, json } = await diffWith(edits);
      assert.deepEqual(lines.slice(0, 2), [summary, 'from old to new']);
      assert.equal(hasDifferences(diff), Object.keys(edits).length > 0);
      for (const line of expected) assert.match(lines.join('\n'), line);
      assert.deepEqual(
        json.groups.map(({ machines }) => machines),
        diff.groups.map(({ machines }) => machines),
      );
    });
  }

  test('is told of the machines and paths that were asked for', async () => {
    const edits = { ...edit('packages/motd/etc/plain', 'two', '2'), 'packages/motd/etc/new': 'new\n' };
    const { json } = await diffWith(edits, {
      isMachineWanted: (name) => name === 'm2',
      isPathWanted: (path) => path === 'etc/plain',
    });
    const told = json.groups.map(({ machines, paths }) => [machines, paths.map(({ path, bytes }) => [path, bytes])]);
    const hunk = ['@@ -1,2 +1,2 @@', ' one', '-two', '+2'];
    assert.deepEqual(told, [[['m2'], [['etc/plain', { kind: 'text', hunk }]]]]);
  });
});

test('the value of a secret is shown nowhere', async () => {
  const text = (secret: string) => `${BASE}m1: base\n IP=10.0.0.1\n ROOT_SECRET=${secret}\n PACKAGES+=other\n`;
  const { lines, json } = await diffWith({
    'machdb/a.db': text('hunter2'),
    'packages/other/etc/other': 'is hunter2\n',
  });
  assert.match(lines.join('\n'), /is \(hidden\)/);
  assert.doesNotMatch(JSON.stringify([lines, json.groups]), /hunter2/);
});

test('sides that hold no site, or are given twice', async () => {
  const run = async () => await Promise.reject(new Error('no program may run'));
  const about = { old: undefined, current: undefined, from: undefined, to: undefined, site: dir, dir, run };
  await assert.rejects(readSides({ ...about, old: 'HEAD', from: dir }), /a side is either a revision or a directory/);
  await assert.rejects(readSides({ ...about, from: join(dir, 'image'), to: dir }), { exitCode: 2 });
});
