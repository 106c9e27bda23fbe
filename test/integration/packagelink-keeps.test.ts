// What a run keeps, spares and refuses, on real directories; read with find, rsync and strace, not by our own code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { rmSync, statSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { readHistory } from '../../packagelink/state/history.ts';
import { readSettled } from '../../packagelink/compare/is-settled.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { restoreVersion } from '../../packagelink/partial/restore-version.ts';
import { fingerprint, full, layerOf, partial, publishSite, put, STATE, wholeTree, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';

const stateOf = (lab: Lab): string => join(lab.target, STATE);
const history = (lab: Lab, path?: string): string[] =>
  readHistory(stateOf(lab), path).map((version) => `${version.reason} ${version.path} of ${version.owner}`);
const read = (lab: Lab, path: string): string => readFileSync(join(lab.target, path), 'utf8');
const siteTree = async (lab: Lab, pins: string[] = []) =>
  mergeTree({
    layers: [await layerOf(lab, 'site', (await publishSite(lab)).manifest)],
    defines: { HOSTNAME: 'underdog' },
    pins,
  });

test('an edited file is put back, and the edit can be had again', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    writeFileSync(join(lab.target, 'etc/issue'), 'mine\n');
    chmodSync(join(lab.target, 'etc/issue'), 0o640);
    unlinkSync(join(lab.target, 'etc/dangling'));
    symlinkSync('/my/own', join(lab.target, 'etc/dangling'));
    assert.deepEqual((await partial(lab, tree)).said, ['replaced etc/dangling', 'replaced etc/issue']);
    assert.equal(read(lab, 'etc/issue'), 'site\n');
    assert.deepEqual(history(lab), ['edited etc/issue of site', 'edited etc/dangling of os']);
    assert.equal(statSync(`${stateOf(lab)}.history`).mode & 0o777, 0o700);

    await restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'etc/issue' });
    assert.equal(read(lab, 'etc/issue'), 'mine\n');
    assert.equal(statSync(join(lab.target, 'etc/issue')).mode & 0o777, 0o640);
    await restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'etc/dangling' });
    assert.equal(readlinkSync(join(lab.target, 'etc/dangling')), '/my/own');
    await assert.rejects(restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'etc/motd' }), {
      name: 'UserError',
      message: 'etc/motd: nothing was kept',
    });
  });
});

test('a new version keeps the old one, and a kept file that is edited afterwards is another file', async () => {
  await withLab('/var/tmp', async (lab) => {
    await full(lab, await wholeTree(lab));
    put(lab.site, 'etc/issue', 'next\n');
    await partial(lab, await wholeTree(lab));
    assert.deepEqual(history(lab), ['replaced etc/issue of site']);
    appendFileSync(join(lab.target, 'etc/issue'), 'appended');
    await restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'etc/issue', id: 1 });
    appendFileSync(join(lab.target, 'etc/issue'), 'to the one brought back');
    await restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'etc/issue', id: 1 });
    assert.equal(read(lab, 'etc/issue'), 'site\n');
  });
});

test('what was there before any package comes back when the last one goes', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.target, 'etc/issue', 'by hand\n', 0o600);
    const tree = await siteTree(lab);
    await partial(lab, tree);
    assert.deepEqual(history(lab), ['foreign etc/issue of site']);
    put(lab.site, 'etc/issue', 'next\n');
    await partial(lab, await siteTree(lab));
    rmSync(join(lab.site, 'etc/issue'));
    const gone = await partial(lab, await siteTree(lab));
    assert.deepEqual(
      gone.changes.map(({ path, why }) => `${path}: ${why}`),
      ['etc/issue: no longer in site; what was there before it is back'],
    );
    assert.equal(read(lab, 'etc/issue'), 'by hand\n');
    assert.equal(statSync(join(lab.target, 'etc/issue')).mode & 0o777, 0o600);
    assert.deepEqual((await partial(lab, await siteTree(lab))).said, []);
    assert.equal(read(lab, 'etc/issue'), 'by hand\n');
  });
});

test('deleted and replaced versions are kept for thirty changing runs, edits ten times, foreign ones for good', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.target, 'etc/issue', 'by hand\n');
    await partial(lab, await siteTree(lab));
    for (let run = 0; run < 34; run += 1) {
      put(lab.site, 'etc/issue', `version ${run}\n`);
      appendFileSync(join(lab.target, 'etc/secret'), `edit ${run}`);
      await partial(lab, await siteTree(lab));
    }
    const count = (reason: string) => history(lab).filter((line) => line.startsWith(reason)).length;
    assert.deepEqual([count('replaced'), count('edited'), count('foreign')], [30, 10, 1]);
    assert.equal(readdirSync(`${stateOf(lab)}.history`).length, 41);
  });
});

test('a pinned path is left alone, by the package or by the machine, and reported', async () => {
  await withLab('/var/tmp', async (lab) => {
    appendFileSync(join(lab.site, '.packagelink.yaml'), 'pin: [etc/issue]\n');
    await partial(lab, await siteTree(lab, ['etc/sec*']));
    assert.equal(read(lab, 'etc/issue'), 'site\n');
    writeFileSync(join(lab.target, 'etc/issue'), 'mine\n');
    put(lab.site, 'etc/secret', 'a new version\n');
    const result = await partial(lab, await siteTree(lab, ['etc/sec*']));
    assert.deepEqual(result.said, []);
    assert.deepEqual(result.notices, [
      'etc/issue was changed on this machine, and is left alone: it is pinned',
      'etc/secret is not the current version of site, and is left alone: it is pinned',
    ]);
    assert.deepEqual((await partial(lab, await siteTree(lab))).said, ['replaced etc/secret']);
    rmSync(join(lab.site, 'etc/issue'));
    await partial(lab, await siteTree(lab));
    assert.equal(read(lab, 'etc/issue'), 'mine\n');
  });
});

test('most of a package goes only with consent', async () => {
  await withLab('/var/tmp', async (lab) => {
    for (let count = 0; count < 30; count += 1) put(lab.site, `srv/${count}`, String(count));
    await partial(lab, await siteTree(lab));
    rmSync(join(lab.site, 'srv'), { recursive: true });
    const tree = await siteTree(lab);
    const held = await partial(lab, tree);
    assert.deepEqual(held.said, []);
    assert.match(held.errors.join(), /^30 of the 34 paths of site would be deleted at once; .*MASS_DELETE/);
    assert.equal(readdirSync(join(lab.target, 'srv')).length, 30);
    assert.equal((await partial(lab, tree, { massDelete: (owner) => owner === 'other' })).said.length, 0);
    assert.equal((await partial(lab, tree, { massDelete: (owner) => owner === 'site' })).said.length, 31);
    assert(!existsSync(join(lab.target, 'srv')));
    await restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'etc/issue' }).catch(() => undefined);
    mkdirSync(join(lab.target, 'srv'));
    await restoreVersion({ target: lab.target, stateFile: stateOf(lab), path: 'srv/7' });
    assert.equal(read(lab, 'srv/7'), '7');
  });
});

test('a target that is as the last run left it is settled; whatever is touched, it is not', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    const about = { target: lab.target, stateFile: stateOf(lab) };
    const ask = (key = 'one') => readSettled({ ...about, isCurrent: (found) => found === key })?.key;
    assert.equal(ask(), undefined);
    await partial(lab, tree, { settles: { key: 'one' } });
    assert.deepEqual([ask(), ask('two')], ['one', undefined]);
    const issue = join(lab.target, 'etc/issue');
    const { atimeMs, mtimeMs } = statSync(issue);
    writeFileSync(issue, 'SITE\n');
    utimesSync(issue, atimeMs / 1000, mtimeMs / 1000);
    assert.equal(ask(), undefined);
    assert.deepEqual((await partial(lab, tree, { settles: { key: 'one' } })).said, ['replaced etc/issue']);
    assert.equal(ask(), 'one');
    chmodSync(join(lab.target, 'usr/bin'), 0o700);
    assert.equal(ask(), undefined);
    await partial(lab, tree, { settles: { key: 'one' } });
    writeFileSync(join(lab.target, 'etc/machine-id'), 'its own');
    put(lab.target, 'etc/foreign', 'foreign');
    assert.equal(ask(), 'one');
    writeFileSync(join(lab.target, 'usr/bin/perl'), 'upgraded');
    const question = { ...about, isCurrent: () => true };
    assert.equal(readSettled(question), undefined);
    assert.equal(readSettled({ ...question, osmode: 'packages' })?.key, 'one');
    const before = fingerprint(lab.target);
    assert.equal(ask(), undefined);
    assert.equal(fingerprint(lab.target), before);
  });
});

test('bytes that have changed without a trace are found when they are read, and put right', async () => {
  await withLab('/var/tmp', async (lab) => {
    const tree = await wholeTree(lab);
    await full(lab, tree);
    await partial(lab, tree, { settles: { key: 'one' } });
    const about = { target: lab.target, stateFile: stateOf(lab), isCurrent: () => true };
    const ask = (contents: boolean) => readSettled({ ...about, contents })?.key;
    assert.deepEqual([ask(false), ask(true)], ['one', 'one']);
    rotInSilence(lab, 'etc/issue', 'sitf\n');
    assert.deepEqual([ask(false), ask(true)], ['one', undefined]);
    assert.deepEqual((await partial(lab, tree, { settles: { key: 'one' } })).said, []);
    assert.equal(read(lab, 'etc/issue'), 'sitf\n');
    const { said } = await partial(lab, tree, { settles: { key: 'one' }, contents: true });
    assert.deepEqual(said, ['replaced etc/issue']);
    assert.equal(read(lab, 'etc/issue'), 'site\n');
  });
});

// A disk that gives back other bytes shows nothing of it in an lstat: here the database is told that it was so all along.
function rotInSilence(lab: Lab, path: string, text: string): void {
  const place = join(lab.target, path);
  writeFileSync(place, text);
  const { ino, size, mtimeMs, ctimeMs } = statSync(place);
  const database = new DatabaseSync(stateOf(lab));
  const update = database.prepare('UPDATE paths SET inode = ?, size = ?, mtime_ms = ?, ctime_ms = ? WHERE path = ?');
  assert.equal(update.run(ino, size, mtimeMs, ctimeMs, path).changes, 1);
  database.close();
}

test('attributes that a directory gets are noticed, and those it should have are no hindrance', async () => {
  await withLab('/var/tmp', async (lab) => {
    mkdirSync(join(lab.os, 'srv/shared'), { recursive: true });
    const attributes = (...words: string[]) => execFileSync('setfattr', words);
    attributes('-n', 'user.kept', '-v', 'yes', join(lab.os, 'srv/shared'));
    const tree = await wholeTree(lab);
    await full(lab, tree);
    await partial(lab, tree, { settles: { key: 'one' } });
    const about = { target: lab.target, stateFile: stateOf(lab), isCurrent: () => true };
    const ask = () => readSettled(about)?.key;
    assert.equal(ask(), 'one');
    attributes('-n', 'user.more', '-v', 'x', join(lab.target, 'etc'));
    assert.equal(ask(), undefined);
    assert.deepEqual((await partial(lab, tree, { settles: { key: 'one' } })).said, ['metadata etc']);
    attributes('-x', 'user.kept', join(lab.target, 'srv/shared'));
    assert.equal(ask(), undefined);
    assert.deepEqual((await partial(lab, tree, { settles: { key: 'one' } })).said, ['metadata srv/shared']);
  });
});

test('a mount point that is not listed is not crossed', async () => {
  await withLab('/var/tmp', async (lab) => {
    const local = join(lab.target, 'usr/local');
    mkdirSync(local, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', 'none', local]);
    try {
      const tree = await siteTree(lab);
      const result = await partial(lab, tree);
      assert.deepEqual(readdirSync(local), []);
      assert.deepEqual(result.errors, [
        'usr/local/bin of site and 1 more not compared: usr/local is a mount point that this run does not cross; list it to allow that',
      ]);
      assert.equal(read(lab, 'etc/issue'), 'site\n');
      assert.deepEqual((await partial(lab, tree, { mounts: ['usr/local'] })).errors, []);
      assert.deepEqual(readdirSync(local), ['bin']);
    } finally {
      execFileSync('umount', [local]);
    }
  });
});

test('a file that something is mounted over stays, and is named', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.target, 'etc/issue', 'below\n');
    put(lab.dir, 'above', 'above\n');
    execFileSync('mount', ['--bind', join(lab.dir, 'above'), join(lab.target, 'etc/issue')]);
    try {
      const result = await partial(lab, await siteTree(lab));
      assert.deepEqual(result.errors, ['etc/issue of site was not compared: something is mounted over it']);
      assert.equal(read(lab, 'etc/issue'), 'above\n');
    } finally {
      execFileSync('umount', [join(lab.target, 'etc/issue')]);
    }
    assert.equal(read(lab, 'etc/issue'), 'below\n');
  });
});

test('before the first deletion everything new is in place and synced; an error then keeps all that would be deleted', async () => {
  await withLab('/var/tmp', async (lab) => {
    put(lab.site, 'etc/old', 'old\n');
    await full(lab, await siteTree(lab));
    rmSync(join(lab.site, 'etc/old'));
    put(lab.site, 'etc/new', 'new\n');
    const tree = await siteTree(lab);
    const events: string[] = [];
    const beforeDeletions = (errors: string[]) => async () => {
      events.push(
        `asked, new ${existsSync(join(lab.target, 'etc/new'))}, old ${existsSync(join(lab.target, 'etc/old'))}`,
      );
      return errors;
    };
    const sync = () => void events.push(`sync, new ${existsSync(join(lab.target, 'etc/new'))}`);
    const refused = await partial(lab, tree, { sync, beforeDeletions: beforeDeletions(['not now']) });
    assert.deepEqual([refused.errors, existsSync(join(lab.target, 'etc/old'))], [['not now'], true]);
    assert.deepEqual(events.slice(0, 3), ['sync, new false', 'sync, new true', 'asked, new true, old true']);
    events.length = 0;
    // Not in a dry run, nor after an error; but also where nothing is left to do.
    await partial(lab, tree, { dryRun: true, beforeDeletions: beforeDeletions([]) });
    await partial(lab, tree, { sourcesComplete: false, beforeDeletions: beforeDeletions(['again']) });
    assert.deepEqual(events, ['asked, new true, old true']);
    const done = await partial(lab, tree, { beforeDeletions: beforeDeletions([]) });
    assert.deepEqual([done.said, done.errors], [['deleted etc/old'], []]);
    assert.deepEqual((await partial(lab, tree, { beforeDeletions: beforeDeletions(['late']) })).errors, ['late']);
  });
});
