import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { openNightLab } from '../testing/night-lab.ts';
import type { NightTarget } from '../testing/night-lab.ts';
import { look } from '../testing/small-files.ts';
import type { SmallFiles } from '../testing/small-files.ts';
import { temporaryPath } from './stage-files.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const MANY = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`opt/${index}`, 'x\n']));
const first = await lab.publish('base', {
  'etc/a': 'old\n',
  'etc/kind/file': 'in a directory\n',
  'srv/dropped/one': '1\n',
});
const NEXT: SmallFiles = {
  'etc/a': 'new\n',
  'etc/kind': 'no directory\n',
  'etc/link': { link: 'a' },
  'srv/new': '2\n',
};
const next = await lab.publish('base', NEXT);
const many = await lab.publish('many', MANY);
const few = await lab.publish('many', { 'opt/0': 'x\n' });

type Running = NonNullable<Parameters<NightTarget['run']>[1]>;
type Fault = {
  readonly name: string;
  /** On the target, before the run. */
  readonly prepare?: (target: string) => void;
  readonly running?: Running;
  /** What the run says, and what becomes of the new paths. */
  readonly error: RegExp;
  readonly isPlaced: readonly [path: string, isPlaced: boolean][];
};

const packOf = (path: string): string => {
  const entry = next.manifest.entries.find((each) => each.path === path);
  const [chunk] = entry?.type === 'file' ? entry.chunks : [];
  return `packs/${next.manifest.packs[chunk?.pack ?? 0]?.sha256}`;
};

const FAULTS: readonly Fault[] = [
  {
    name: 'a pack that cannot be fetched',
    running: { fetcher: async () => await Promise.reject(new Error('no route')) },
    error: /etc\/a could not be updated: .*no route/s,
    isPlaced: [
      ['etc/a', false],
      ['etc/link', true],
    ],
  },
  {
    name: 'a pack that is not what was published',
    running: {
      fetcher: async (path) => (path === packOf('etc/a') ? new Uint8Array(9) : await lab.fetcher(path)),
    },
    error: /etc\/a could not be updated: .*wrong bytes/s,
    isPlaced: [
      ['etc/a', false],
      ['etc/link', true],
    ],
  },
  {
    name: 'somebody who refuses deletions',
    running: { beforeDeletions: async () => await Promise.resolve(['the menu could not be written']) },
    error: /^the menu could not be written$/,
    isPlaced: [
      ['etc/a', true],
      ['etc/link', true],
      ['srv/new', true],
    ],
  },
  {
    name: 'a directory that holds foreign files in place of a file',
    prepare: (target) => writeFileSync(join(target, 'etc/kind/foreign'), 'mine\n'),
    error: /etc\/kind was not put in place: .* holds foreign/,
    isPlaced: [
      ['etc/a', true],
      ['etc/kind', false],
    ],
  },
  {
    name: 'a directory that is not ours and has the temporary name of a link',
    prepare: (target) => {
      mkdirSync(join(target, temporaryPath('etc/link'), 'foreign'), { recursive: true });
    },
    error: /etc\/link could not be updated: .*ENOTEMPTY/,
    isPlaced: [
      ['etc/a', true],
      ['etc/link', false],
    ],
  },
];

suite('after an error nothing is deleted, and the next run makes up for it', () => {
  for (const { name, prepare, running = {}, error, isPlaced } of FAULTS) {
    test(name, async () => {
      using machine = lab.openTarget();
      await machine.run([first, many]);
      prepare?.(machine.target);
      const asked: string[] = [];
      const beforeDeletions = async () => await Promise.resolve((asked.push('asked'), []));
      const result = await machine.run([next, many], { beforeDeletions, ...running });
      assert.match(result.errors.join('\n'), error);
      assert.deepEqual(asked, []);
      const now = look(machine.target);
      const wanted = {
        'etc/a': '0644 new\n',
        'etc/kind': '0644 no directory\n',
        'etc/link': '→ a',
        'srv/new': '0644 2\n',
      };
      for (const [path, expected] of isPlaced)
        assert.equal(now[path] === wanted[path as keyof typeof wanted], expected, path);
      assert.equal(now['srv/dropped/one'], '0644 1\n');
      assert.deepEqual(
        result.said.filter((said) => said.startsWith('deleted srv')),
        [],
      );
      for (const path of ['etc/kind/foreign', temporaryPath('etc/link')])
        rmSync(join(machine.target, path), { recursive: true, force: true });
      assert.deepEqual((await machine.run([next, many])).errors, []);
      using fresh = lab.openTarget();
      await fresh.run([next, many]);
      assert.deepEqual(look(machine.target), look(fresh.target));
    });
  }

  test('a part that is refused holds back the deletions of all packages', async () => {
    using machine = lab.openTarget();
    await machine.run([first, many]);
    const refused = await machine.run([next, few]);
    assert.match(refused.errors.join('\n'), /29 of the 30 paths of many/);
    assert.equal(existsSync(join(machine.target, 'srv/dropped/one')), true);
    assert.deepEqual((await machine.run([next, few], { massDelete: () => true })).errors, []);
    assert.equal(existsSync(join(machine.target, 'srv/dropped')), false);
  });

  test('what is to go is still known when its directory holds foreign files', async () => {
    using machine = lab.openTarget();
    await machine.run([first]);
    writeFileSync(join(machine.target, 'srv/dropped/foreign'), 'mine\n');
    await machine.run([next], { beforeDeletions: async () => await Promise.resolve(['no']) });
    assert.deepEqual((await machine.run([next])).said, ['deleted srv/dropped/one']);
    assert.equal(look(machine.target)['srv/dropped/foreign'], '0644 mine\n');
  });

  test('a foreign file is not brought back either', async () => {
    using machine = lab.openTarget();
    mkdirSync(join(machine.target, 'srv/dropped'), { recursive: true });
    writeFileSync(join(machine.target, 'srv/dropped/one'), 'foreign\n');
    await machine.run([first]);
    const beforeDeletions = async () => await Promise.resolve(['no']);
    await machine.run([next], { beforeDeletions });
    assert.equal(look(machine.target)['srv/dropped/one'], '0644 1\n');
    await machine.run([next]);
    assert.equal(look(machine.target)['srv/dropped/one'], '0644 foreign\n');
  });
});

const temporaries = (target: string): string[] =>
  readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.gutinteg-'));

/** What the target holds at each sync of a run; the one with that number fails. */
async function runWithSyncs(machine: NightTarget, failing?: number): Promise<Record<string, string>[]> {
  const seen: Record<string, string>[] = [];
  const sync = () => {
    seen.push(look(machine.target));
    if (seen.length - 1 === failing) throw new Error('the disk is gone');
  };
  const running = machine.run([next], { sync, beforeDeletions: async () => await Promise.resolve([]) });
  if (failing === undefined) assert.deepEqual((await running).errors, []);
  else assert.match((await running).errors.join('\n'), /the disk is gone/);
  return seen;
}

suite('everything is on the disk before what depends on it', () => {
  test('new bytes before they replace old ones, all that is new before a deletion, and the deletions at the end', async () => {
    using machine = lab.openTarget();
    await machine.run([first]);
    const [beforeRename = {}, beforeDeletion = {}, atEnd = {}, ...more] = await runWithSyncs(machine);
    assert.deepEqual(more, []);
    assert.equal(beforeRename['etc/a'], '0644 old\n');
    const complete = Object.entries(beforeRename).filter(([path]) => path.includes('.gutinteg-'));
    assert.deepEqual(complete.map(([, text]) => text).toSorted(), [
      '0644 2\n',
      '0644 new\n',
      '0644 no directory\n',
      '→ a',
    ]);
    assert.deepEqual([beforeDeletion['etc/a'], beforeDeletion['srv/dropped/one']], ['0644 new\n', '0644 1\n']);
    assert.deepEqual([atEnd['etc/a'], atEnd['srv/dropped/one']], ['0644 new\n', undefined]);
  });

  test('another name of a new file, too', async () => {
    const names = { 'bin/a': 'tool\n', 'bin/b': { sameAs: 'bin/a' } };
    const linked = await lab.publish('links', names);
    using machine = lab.openTarget();
    const seen: (string | undefined)[][] = [];
    const sync = () => {
      const now = look(machine.target);
      seen.push([now['bin/a'], now['bin/b']]);
    };
    await machine.run([linked], { sync });
    const text = '0644 tool\n';
    assert.deepEqual(seen, [
      [undefined, undefined],
      [text, undefined],
      [text, text],
    ]);
  });

  for (const [failing, isReplaced, name] of [
    [0, false, 'a disk that fails before anything is in place'],
    [1, true, 'a disk that fails when all is in place'],
  ] as const) {
    test(`${name}: nothing is deleted, and either description is reached from there`, async () => {
      for (const [goal, named] of [
        [next, 'next'],
        [first, 'first'],
      ] as const) {
        using machine = lab.openTarget();
        await machine.run([first]);
        await runWithSyncs(machine, failing);
        const now = look(machine.target);
        assert.deepEqual(
          [now['etc/a'], now['srv/dropped/one']],
          [isReplaced ? '0644 new\n' : '0644 old\n', '0644 1\n'],
        );
        assert.deepEqual(temporaries(machine.target), []);
        const result = await machine.run([goal]);
        assert.deepEqual([result.errors, temporaries(machine.target)], [[], []], named);
        using fresh = lab.openTarget();
        await fresh.run([goal]);
        // What the run that was cut off has laid down is known as ours, so that it goes as ours.
        assert.deepEqual(look(machine.target), look(fresh.target), named);
      }
    });
  }
});

test('a link that leads out of the target is not followed, whoever puts it there while a run goes on', async () => {
  using machine = lab.openTarget();
  await machine.run([first]);
  const outside = join(machine.place, 'outside');
  mkdirSync(outside);
  const beforeChanges = async () => {
    rmSync(join(machine.target, 'etc'), { recursive: true });
    symlinkSync(outside, join(machine.target, 'etc'));
    await Promise.resolve();
  };
  const result = await machine.run([next], { beforeChanges });
  assert.match(
    result.errors.join('\n'),
    /opening etc on the target failed: it is not a directory, and links are not followed/,
  );
  assert.deepEqual(readdirSync(outside), []);
  assert.equal(readFileSync(join(machine.target, 'srv/dropped/one'), 'utf8'), '1\n');
});
