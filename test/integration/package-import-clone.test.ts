// A site goes through git: what a clone publishes is what the tree has published that the import made.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { archive as tarBytes, member, pax } from '../../site/import/sample-tar.ts';
import { describeEntries, published, setUp } from './package-import-lab.ts';
import { put } from './packagelink-lab.ts';

const PACKAGELINK = new URL('../../bin/packagelink', import.meta.url).pathname;

function git(dir: string, ...words: string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.example', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...words], { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function cloneOf(site: string, dir: string): string {
  git(site, 'add', '--force', '--all');
  git(site, 'commit', '--quiet', '--message', 'import');
  const clone = join(dir, 'clone');
  git(dir, 'clone', '--quiet', site, clone);
  return clone;
}

test('import: a clone of the site publishes the same', async (context) => {
  const lab = setUp(context);
  git(lab.siteDir, 'init', '--quiet');
  put(lab.siteDir, '.gitignore', '*.o\nbuild/\n');
  writeFileSync(
    lab.archive,
    tarBytes(
      member({ name: 'var/lib/empty/', type: '5', mode: 0o755 }),
      member({ name: 'var/lib/private/', type: '5', mode: 0o700, uid: 33, gid: 33 }),
      member({ name: 'var/lib/deep/er/', type: '5', mode: 0o2775, gid: 50 }),
      member({ name: 'var/lib/full/', type: '5', mode: 0o755 }),
      member({ name: 'var/lib/full/file', data: 'x', mode: 0o440 }),
      pax({ 'SCHILY.xattr.user.a': Buffer.from([0, 255]) }),
      member({ name: 'usr/lib/a.o', data: 'object', mode: 0o755 }),
      member({ name: 'usr/lib/build/b', data: 'b' }),
      member({ name: 'usr/lib/.gitignore', data: '*\n' }),
      member({ name: 'usr/share/t.plprocess', data: '##HOSTNAME## x\n' }),
      member({ name: 'usr/lib/link', type: '2', link: 'a.o' }),
      pax({ 'GNU.sparse.size': '1000000', 'GNU.sparse.map': '500000,1', 'GNU.sparse.name': 'srv/disk' }),
      member({ name: 'x', data: 'x' }),
    ),
  );
  const { notes } = await lab.take(lab.archive);
  assert.deepEqual(notes, [
    'no templates, but files of that name (verbatim: in .packagelink.yaml): usr/share/t.plprocess',
    'git ignores usr/lib/a.o, usr/lib/build/b, usr/lib/.gitignore, usr/lib/link; so that a clone has them: git add --force packages/x',
  ]);
  const tree = join(lab.siteDir, 'packages/x');
  const settings = parse(readFileSync(join(tree, '.packagelink.yaml'), 'utf8')) as { emptyDirectories: string[] };
  assert.deepEqual(settings.emptyDirectories, ['var/lib/deep/er', 'var/lib/empty', 'var/lib/private']);
  const before = await published(lab.dir, tree);
  const clone = join(cloneOf(lab.siteDir, lab.dir), 'packages/x');
  assert.equal(existsSync(join(clone, 'var/lib/empty')), false);
  // The three programs of packagelink read the same settings.
  const target = join(lab.dir, 'target');
  mkdirSync(target);
  execFileSync(PACKAGELINK, ['--target', target, clone], { stdio: 'pipe' });
  const modes = execFileSync('find', [join(target, 'var/lib'), '-type', 'd', '-printf', '%m %U %P\n'], {
    encoding: 'utf8',
  });
  assert.deepEqual(modes.trim().split('\n').toSorted(), [
    '2775 0 deep/er',
    '700 33 private',
    '755 0 ',
    '755 0 deep',
    '755 0 empty',
    '755 0 full',
  ]);
  const after = await published(lab.dir, clone);
  assert.deepEqual(describeEntries(after.entries), describeEntries(before.entries));
  assert.equal(after.manifest, before.manifest);
  assert.deepEqual(
    describeEntries(before.entries).filter((line) => line.includes('var/lib')),
    [
      'directory var/lib 0755 0:0 implied',
      'directory var/lib/deep 0755 0:0 implied',
      'directory var/lib/deep/er 2775 0:50',
      'directory var/lib/empty 0755 0:0 implied',
      'directory var/lib/full 0755 0:0 implied',
      'file var/lib/full/file 0440 0:0',
      'directory var/lib/private 0700 33:33',
    ],
  );
});

test('import: a clone publishes the same into a store that does not know the package', async (context) => {
  const lab = setUp(context);
  git(lab.siteDir, 'init', '--quiet');
  writeFileSync(lab.archive, tarBytes(member({ name: 'a/b/', type: '5' }), member({ name: 'c', data: 'x' })));
  const { notes } = await lab.take(lab.archive);
  assert.deepEqual(notes, []);
  const before = await published(lab.dir, join(lab.siteDir, 'packages/x'), 'one');
  const after = await published(lab.dir, join(cloneOf(lab.siteDir, lab.dir), 'packages/x'), 'two');
  assert.deepEqual(describeEntries(after.entries), describeEntries(before.entries));
});

test('import: what git obeys in a package is named, in no repository as well', async (context) => {
  const lab = setUp(context);
  writeFileSync(
    lab.archive,
    tarBytes(member({ name: 'srv/.gitattributes', data: '* text eol=crlf\n' }), member({ name: 'a' })),
  );
  assert.deepEqual((await lab.take(lab.archive)).notes, [
    'git obeys srv/.gitattributes: a checkout may have other bytes',
  ]);
});

test('import: what is named as a template is a file on machines', async (context) => {
  const lab = setUp(context);
  const text = '##UNDEFINED## x ##UNDEFINED##\n';
  writeFileSync(
    lab.archive,
    tarBytes(
      member({ name: 'etc/a.plprocess', data: text }),
      member({ name: 'etc/a', data: 'beside it' }),
      member({ name: 'etc/b.plprocess', type: '1', link: 'etc/a.plprocess' }),
    ),
  );
  await lab.take(lab.archive);
  const target = join(lab.dir, 'target');
  mkdirSync(target);
  execFileSync(PACKAGELINK, ['--target', target, join(lab.siteDir, 'packages/x')], { stdio: 'pipe' });
  assert.deepEqual(
    ['a.plprocess', 'a', 'b.plprocess'].map((name) => readFileSync(join(target, 'etc', name), 'utf8')),
    [text, 'beside it', text],
  );
});
