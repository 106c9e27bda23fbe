// Archives that real tools make, as packages of a site; what hostile ones hold is never written anywhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
} from 'node:fs';
import { renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { parse } from 'yaml';
import { runCommand } from '../../lib/run-command.ts';
import { directoryFetcher } from '../../packagelink/fetch.ts';
import { loadOrCreateSiteKey } from '../../packagelink/keys.ts';
import { publishTree } from '../../packagelink/publish.ts';
import { readManifest } from '../../packagelink/read-manifest.ts';
import { openStore } from '../../packagelink/store.ts';
import { importPackage } from '../../site/import/import-package.ts';
import { put } from './packagelink-lab.ts';

function setUp(context: TestContext) {
  const dir = mkdtempSync(join(tmpdir(), 'package-import-'));
  context.after(() => rmSync(dir, { recursive: true, force: true }));
  const [siteDir, source] = [join(dir, 'site'), join(dir, 'source')];
  for (const path of [siteDir, source]) mkdirSync(path);
  const take = async (archive: string, name?: string, replace = false) =>
    await importPackage({ siteDir, archive, name, replace, run: runCommand });
  const tar = (...words: string[]) => execFileSync('tar', words, { cwd: source, stdio: ['ignore', 'pipe', 'pipe'] });
  return { dir, siteDir, source, archive: join(dir, 'x.tar'), take, tar };
}

function fill(source: string): void {
  put(source, 'etc/plain', 'plain\n');
  put(source, 'etc/shadow', 'secret\n', 0o640);
  chownSync(join(source, 'etc/shadow'), 0, 42);
  put(source, 'usr/bin/su', 'setuid', 0o755);
  chmodSync(join(source, 'usr/bin/su'), 0o4755);
  linkSync(join(source, 'usr/bin/su'), join(source, 'usr/bin/su2'));
  symlinkSync('/no/such/thing', join(source, 'etc/link'));
  put(source, 'srv/Grüße "x" \\ y\nz', 'odd name');
  mkdirSync(join(source, 'srv/www'));
  chownSync(join(source, 'srv/www'), 33, 33);
  utimesSync(join(source, 'etc/plain'), 1_234_567_890, 1_234_567_890);
}

/** What an archive of `fill` means to a machine. */
const EXPECTED = [
  'directory etc 0755 0:0 implied',
  'symlink etc/link 0777 0:0',
  'file etc/plain 0644 0:0',
  'file etc/shadow 0640 0:42',
  'directory srv 0755 0:0 implied',
  'file srv/Grüße "x" \\ y\nz 0644 0:0',
  'directory srv/www 0755 33:33',
  'directory usr 0755 0:0 implied',
  'directory usr/bin 0755 0:0 implied',
  'file usr/bin/su 4755 0:0',
  'hardlink usr/bin/su2 usr/bin/su',
];

async function published(dir: string, tree: string) {
  const store = openStore(join(dir, 'store'));
  const key = await loadOrCreateSiteKey(dir);
  const { manifest } = await publishTree({ store, name: 'x', tree, kind: 'site', signingKey: key.privateKey });
  const { entries } = await readManifest(directoryFetcher(store.dir), manifest, [key.publicKey]);
  return entries;
}

async function meaning(dir: string, tree: string): Promise<string[]> {
  return (await published(dir, tree)).map((entry) => {
    if (entry.type === 'hardlink') return `hardlink ${entry.path} ${entry.target}`;
    const implied = entry.type === 'directory' && entry.implied === true ? ' implied' : '';
    const mode = entry.mode.toString(8).padStart(4, '0');
    return `${entry.type} ${entry.path} ${mode} ${entry.uid}:${entry.gid}${implied}`;
  });
}

for (const [suffix, ...compression] of [
  ['tar'],
  ['tar.gz', '--gzip'],
  ['tar.xz', '--xz'],
  ['tar.zst', '--zstd'],
] as const) {
  test(`import: a .${suffix} keeps owners, modes, links and times`, async (context) => {
    const { dir, source, take, tar, siteDir } = setUp(context);
    fill(source);
    const archive = join(dir, `tools.${suffix}`);
    tar(...compression, '-cf', archive, '.');
    const { name, notes } = await take(archive);
    const tree = join(siteDir, 'packages/tools');
    assert.deepEqual([name, notes.length], ['tools', 1]);
    assert.deepEqual(await meaning(dir, tree), EXPECTED);
    assert.equal(lstatSync(join(tree, 'etc/plain')).mtimeMs, 1_234_567_890_000);
    assert.deepEqual(readdirSync(siteDir), ['packages']);
  });
}

test('import: a Debian package, without running anything of it', async (context) => {
  const { dir, source, take, siteDir } = setUp(context);
  fill(source);
  renameSync(join(source, 'srv/Grüße "x" \\ y\nz'), join(source, 'srv/plain'));
  put(
    source,
    'DEBIAN/control',
    'Package: lab-tools\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n',
  );
  put(source, 'DEBIAN/postinst', `#!/bin/sh\ntouch ${dir}/ran\n`, 0o755);
  const archive = join(dir, 'lab-tools_1_all.deb');
  execFileSync('dpkg-deb', ['--build', source, archive], { stdio: 'ignore' });
  const { name, notes } = await take(archive);
  assert.deepEqual([name, notes.at(-1)], ['lab-tools', 'not imported: what dpkg would run (postinst)']);
  const expected = EXPECTED.filter((line) => !line.includes('Grüße')).toSpliced(5, 0, 'file srv/plain 0644 0:0');
  assert.deepEqual(await meaning(dir, join(siteDir, 'packages/lab-tools')), expected);
  assert.equal(existsSync(join(dir, 'ran')), false);
});

test('import: capabilities stay in the tree, and the settings ask for them', async (context) => {
  const { source, archive, take, tar, siteDir } = setUp(context);
  put(source, 'usr/bin/ping', 'ping', 0o755);
  execFileSync('setcap', ['cap_net_raw+ep', join(source, 'usr/bin/ping')]);
  tar('--xattrs', '--xattrs-include=*', '-cf', archive, '.');
  await take(archive);
  const tree = join(siteDir, 'packages/x');
  assert.match(execFileSync('getcap', [join(tree, 'usr/bin/ping')], { encoding: 'utf8' }), /cap_net_raw=ep$/m);
  assert.deepEqual(parse(readFileSync(join(tree, '.packagelink.yaml'), 'utf8')), { keepXattrs: true });
});

test('import: replaces only when told to, and keeps what else the settings say', async (context) => {
  const { source, archive, take, tar, siteDir } = setUp(context);
  fill(source);
  tar('-cf', archive, '.');
  await take(archive, 'other');
  const settings = join(siteDir, 'packages/other/.packagelink.yaml');
  writeFileSync(settings, 'priority: 60\nfiles: []\n');
  await assert.rejects(take(archive, 'other'), /packages\/other exists/);
  rmSync(join(source, 'usr'), { recursive: true });
  tar('-cf', archive, '.');
  await take(archive, 'other', true);
  const files = [
    { match: 'etc/shadow', mode: '0640', gid: 42 },
    { match: 'srv/www', uid: 33, gid: 33 },
  ];
  const { files: found, ...rest } = parse(readFileSync(settings, 'utf8')) as { files: { match: string }[] };
  const byName = (left: { match: string }, right: { match: string }) => (left.match < right.match ? -1 : 1);
  assert.deepEqual([rest, found.toSorted(byName)], [{ priority: 60 }, files]);
  assert.equal(existsSync(join(siteDir, 'packages/other/usr')), false);
});

type Lab = ReturnType<typeof setUp>;

const hostile: [name: string, make: (lab: Lab) => void, message: RegExp][] = [
  [
    'an absolute name',
    ({ tar, archive, dir }) => tar('-P', '-cf', archive, join(dir, 'source/a')),
    /\/source\/a: error: the name leads out/,
  ],
  [
    'a name with ..',
    ({ tar, archive }) => tar('-P', '-cf', archive, '../source/a'),
    /\.\.\/source\/a: error: the name leads out/,
  ],
  [
    'a name with .. inside',
    ({ tar, archive }) => tar('-P', '-cf', archive, '--transform', 's,^a,d/../../a,', 'a'),
    /d\/\.\.\/\.\.\/a: error: the name leads out/,
  ],
  [
    'a member below a link',
    ({ tar, archive, source, dir }) => {
      symlinkSync(dir, join(source, 'link'));
      tar('-cf', archive, 'link');
      tar('-rf', archive, '--transform', 's,^a,link/written,', 'a');
    },
    /link\/written: error: lies below link, a symlink/,
  ],
  [
    'a link that comes after what lies below it',
    ({ tar, archive, source, dir }) => {
      symlinkSync(dir, join(source, 'link'));
      tar('-cf', archive, '--transform', 's,^a,link/sub/written,', 'a');
      tar('-rf', archive, 'link');
    },
    /link\/sub\/written: error: lies below link, a symlink/,
  ],
  [
    'a hard link to a file outside',
    ({ tar, archive, source, dir }) => {
      linkSync(join(source, 'a'), join(source, 'b'));
      tar('-P', '-cf', archive, '--transform', `s,^a$,${dir}/outside,h;s,^a$,x,r`, 'a', 'b');
    },
    /b: error: is a hard link to .*outside, which is no file before it/,
  ],
  [
    'a device',
    ({ tar, archive, source }) => (
      execFileSync('mknod', [join(source, 'sda'), 'b', '8', '0']),
      tar('-cf', archive, 'sda')
    ),
    /sda: error: is a device/,
  ],
  [
    'a FIFO',
    ({ tar, archive, source }) => (execFileSync('mkfifo', [join(source, 'ff')]), tar('-cf', archive, 'ff')),
    /ff: error: is a device, a FIFO/,
  ],
  [
    'a member twice',
    ({ tar, archive }) => {
      tar('-cf', archive, 'a');
      tar('-rf', archive, '--transform', 's,^a,./a,', 'a');
    },
    /a: error: occurs twice/,
  ],
  [
    'a name that is not UTF-8',
    ({ tar, archive, source }) => (
      writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xff])]), 'x'),
      tar('-cf', archive, '.')
    ),
    /the name is not UTF-8/,
  ],
  [
    'settings of its own',
    ({ tar, archive, source }) => (put(source, '.packagelink.yaml', ''), tar('-cf', archive, '.')),
    /is the name of the settings/,
  ],
  [
    'a pattern for a name that needs settings',
    ({ tar, archive, source }) => {
      put(source, '*', 'x', 0o600);
      tar('-cf', archive, '.');
    },
    /\*: error: has an owner or mode of its own, but its name as a pattern also means a/,
  ],
  [
    'no archive at all',
    ({ archive }) => writeFileSync(archive, 'not an archive'),
    /does not look like a tar archive|exit code 2/,
  ],
  [
    'half an archive',
    ({ tar, archive }) => (tar('-cf', archive, 'a'), writeFileSync(archive, readFileSync(archive).subarray(0, 600))),
    /Unexpected EOF|exit code 2/,
  ],
];

for (const [what, make, message] of hostile) {
  test(`import: refused: ${what}`, async (context) => {
    const lab = setUp(context);
    put(lab.source, 'a', 'bytes\n');
    make(lab);
    await assert.rejects(lab.take(lab.archive), message);
    assert.deepEqual(readdirSync(lab.dir).toSorted(), ['site', 'source', 'x.tar']);
    assert.deepEqual([readdirSync(lab.siteDir), readdirSync(join(lab.siteDir, 'packages'))], [['packages'], []]);
  });
}
