import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { beginHistory, forgetVersions, historyDirectory, readHistory, trimHistory } from '../state/history.ts';
import type { Keep, KeepReason } from '../state/history.ts';
import { openNightLab } from '../testing/night-lab.ts';
import type { NightTarget } from '../testing/night-lab.ts';
import { look } from '../testing/small-files.ts';
import { restoreVersion } from './restore-version.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const base = await lab.publish('base', { 'etc/a': 'a\n', 'etc/link': { link: 'a' }, 'srv/b': 'b\n' });

/** A machine on which a file was edited twice and a link once; each time the night has put it right. */
async function edited(): Promise<NightTarget> {
  const machine = lab.openTarget();
  await machine.run([base]);
  for (const text of ['one\n', 'two\n']) {
    writeFileSync(join(machine.target, 'etc/a'), text, { mode: 0o644 });
    await machine.run([base]);
  }
  rmSync(join(machine.target, 'etc/link'));
  symlinkSync('elsewhere', join(machine.target, 'etc/link'));
  await machine.run([base]);
  return machine;
}

suite('a version comes back', () => {
  const CASES: readonly (readonly [name: string, path: string, version: number | undefined, becomes: string])[] = [
    ['the newest', 'etc/a', undefined, '0644 two\n'],
    ['by its number', 'etc/a', 1, '0644 one\n'],
    ['of a link', 'etc/link', undefined, '→ elsewhere'],
  ];
  for (const [name, path, id, becomes] of CASES) {
    test(name, async () => {
      using machine = await edited();
      const before = look(machine.target)[path];
      const which = id === undefined ? {} : { id };
      const version = await restoreVersion({ ...machine, path, ...which });
      assert.equal(look(machine.target)[path], becomes);
      // What stood there is kept in its turn, and the version can be brought back again.
      await restoreVersion({ ...machine, path });
      assert.equal(look(machine.target)[path], before);
      await restoreVersion({ ...machine, path, id: version.id });
      assert.equal(look(machine.target)[path], becomes);
      assert.deepEqual((await machine.run([base])).said, [`replaced ${path}`]);
    });
  }

  test('where nothing stands any more', async () => {
    using machine = await edited();
    rmSync(join(machine.target, 'etc/a'));
    await restoreVersion({ ...machine, path: 'etc/a' });
    assert.equal(look(machine.target)['etc/a'], '0644 two\n');
  });

  test('as a file of its own: what is written to it later does not change what is kept', async () => {
    using machine = await edited();
    const { id } = await restoreVersion({ ...machine, path: 'etc/a' });
    const kept = join(historyDirectory(machine.stateFile), String(id));
    assert.notEqual(lstatSync(kept).ino, lstatSync(join(machine.target, 'etc/a')).ino);
  });
});

suite('a version does not come back', () => {
  const CASES: readonly (readonly [
    name: string,
    path: string,
    prepare: (machine: NightTarget) => void,
    error: RegExp,
  ])[] = [
    ['that was never kept', 'srv/b', () => undefined, /srv\/b: nothing was kept/],
    [
      'over a directory',
      'etc/a',
      ({ target }) => {
        rmSync(join(target, 'etc/a'));
        mkdirSync(join(target, 'etc/a'));
      },
      /etc\/a is a directory or a special file now; nothing was brought back/,
    ],
    [
      'by way of a link that leads out of the target',
      'etc/a',
      ({ target, place }) => {
        rmSync(join(target, 'etc'), { recursive: true });
        symlinkSync(place, join(target, 'etc'));
      },
      /links are not followed/,
    ],
  ];
  for (const [name, path, prepare, error] of CASES) {
    test(name, async () => {
      using machine = await edited();
      prepare(machine);
      await assert.rejects(restoreVersion({ ...machine, path }), error);
      assert.equal(existsSync(join(machine.place, 'a')), false);
    });
  }

  test('with a number that no version has', async () => {
    using machine = await edited();
    await assert.rejects(restoreVersion({ ...machine, path: 'etc/a', id: 99 }), /there is no version 99/);
  });
});

suite('history', () => {
  const keep = (path: string, reason: KeepReason): Keep => {
    const about = { path, reason, owner: 'base', type: 'file', mode: 0o644, uid: 0, gid: 0, sizeBytes: 2 } as const;
    return { ...about, sha256: 'a'.repeat(64), target: '' };
  };
  const begin = (stateFile: string, keeps: readonly Keep[], atMs: number, keeping = true): void => {
    for (const place of beginHistory(stateFile, keeps, atMs).values()) if (keeping) writeFileSync(place, `${atMs}\n`);
  };
  const runs = (stateFile: string, reason: KeepReason): number[] =>
    readHistory(stateFile).flatMap((version) => (version.reason === reason ? [version.run] : []));

  test('keeps thirty runs of versions, ten edits of a path, and what was foreign for good', async () => {
    using machine = lab.openTarget();
    await machine.run([base]);
    for (let run = 1; run <= 35; run += 1) {
      const first = run === 1 ? [keep('etc/foreign', 'foreign')] : [];
      begin(machine.stateFile, [...first, keep('etc/a', 'replaced'), keep('etc/b', 'edited')], run);
    }
    trimHistory(machine.stateFile, { isWhole: true });
    const counted = (['replaced', 'edited', 'foreign'] as const).map((reason) => {
      const found = runs(machine.stateFile, reason);
      return [found.length, Math.min(...found)];
    });
    assert.deepEqual(counted, [
      [30, 6],
      [10, 26],
      [1, 1],
    ]);
    const files = readHistory(machine.stateFile).map(({ id }) => join(historyDirectory(machine.stateFile), String(id)));
    assert.equal(
      files.every((file) => existsSync(file)),
      true,
    );
  });

  test('what was announced and never kept is forgotten after a run that was cut off, and only then', async () => {
    using machine = lab.openTarget();
    await machine.run([base]);
    begin(machine.stateFile, [keep('etc/a', 'replaced')], 1);
    begin(machine.stateFile, [keep('etc/b', 'replaced')], 2, false);
    writeFileSync(join(historyDirectory(machine.stateFile), '99'), 'of nobody\n');
    trimHistory(machine.stateFile, { isWhole: true });
    assert.deepEqual(runs(machine.stateFile, 'replaced'), [2, 1]);
    trimHistory(machine.stateFile, { isWhole: false });
    assert.deepEqual(runs(machine.stateFile, 'replaced'), [1]);
    assert.deepEqual(Object.keys(look(historyDirectory(machine.stateFile))), ['1']);
    forgetVersions(machine.stateFile, [1]);
    assert.deepEqual([readHistory(machine.stateFile), look(historyDirectory(machine.stateFile))], [[], {}]);
  });
});
