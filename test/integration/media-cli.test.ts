// `gutinteg media build --dry-run`, typed, on a copy of the example site.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSmallSite } from '../helpers/small-site.ts';

const MACHINE = 'lab01';
const offline = ['--offline', '--machine', MACHINE];

/** Every file with its inode and the times of its last changes, of contents and of anything else. */
const fingerprint = (dir: string): string =>
  execFileSync('find', [dir, '-printf', '%P %y %i %s %T@ %C@\\n'], { encoding: 'utf8' });

async function setUp(stack: AsyncDisposableStack) {
  const site = await makeSmallSite(stack);
  const dryRun = async (state: string, ...words: string[]) =>
    site.run(
      'gutinteg',
      'media',
      'build',
      '--dry-run',
      '--out',
      join(site.siteDir, '../m.iso'),
      '--state',
      state,
      ...words,
    );
  return { ...site, dryRun };
}

test('media build --dry-run makes nothing in a state directory that was not prepared', async () => {
  await using stack = new AsyncDisposableStack();
  const { stateDir, dryRun } = await setUp(stack);
  const empty = `${stateDir}-empty`;
  for (const words of [[], offline]) {
    const { exitCode, stderr } = await dryRun(empty, ...words);
    assert.equal(exitCode, 2);
    assert.match(stderr, /state-empty has no keys\/site\.key yet\n {2}try: gutinteg prepare --site /);
  }
  assert.deepEqual(
    (await readdir(join(stateDir, '..'))).toSorted().filter((name) => /state|iso/.test(name)),
    ['state'],
  );
});

test('media build --dry-run writes nothing into one that was, and refuses packages that it would have to publish', async () => {
  await using stack = new AsyncDisposableStack();
  const { siteDir, stateDir, run, dryRun } = await setUp(stack);
  const unpublished = await dryRun(stateDir, ...offline);
  assert.equal(unpublished.exitCode, 2);
  assert.match(unpublished.stderr, /nothing is published here: .*motd.*\n {2}try: gutinteg package publish --site /);
  assert.equal((await run('gutinteg', 'package', 'publish', '--state', stateDir)).exitCode, 0);
  const published = fingerprint(stateDir);
  for (const words of [[], offline]) {
    const { exitCode, stdout, stderr } = await dryRun(stateDir, ...words);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /nothing was written\n$/);
  }
  assert.equal(fingerprint(stateDir), published);
  await writeFile(join(siteDir, 'packages/motd/etc/new'), 'new\n');
  assert.match((await dryRun(stateDir, ...offline)).stderr, /nothing is published here: motd\n/);
  assert.equal(fingerprint(stateDir), published);
});
