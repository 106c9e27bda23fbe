import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, suite, test } from 'node:test';
import type { ManifestDelta } from '../manifests/manifest-delta.ts';
import type { Manifest, ManifestEntry } from '../package/manifest.ts';
import { writeJournal } from '../state/after-journal.ts';
import { openNightLab } from '../testing/night-lab.ts';
import type { NightTarget, Published } from '../testing/night-lab.ts';
import { forge, look } from '../testing/small-files.ts';
import type { SmallFiles } from '../testing/small-files.ts';

const lab = await openNightLab();
after(() => lab[Symbol.dispose]());

const BASE: SmallFiles = {
  'bin/tool': 'tool\n',
  'bin/other': { sameAs: 'bin/tool' },
  'etc/a': 'a\n',
  'etc/b': 'b\n',
  'etc/both': 'below\n',
  'etc/link': { link: 'a' },
  'etc/name.plprocess': '##HOSTNAME##\n',
  'etc/once': 'once\n',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
  'etc/pinned': 'pinned\n',
};
const SETTINGS = 'mutable: [etc/once]\npin: [etc/pinned]\n';
const MERGING = { defines: { HOSTNAME: 'underdog' } };
const image = await lab.publish('os', { 'usr/x': 'x\n' }, { kind: 'image' });
const base = await lab.publish('base', BASE, { settings: SETTINGS });
const over = await lab.publish('over', { 'etc/both': 'above\n' }, { settings: 'priority: 60\n' });
const newBase = async (files: SmallFiles) => await lab.publish('base', { ...BASE, ...files }, { settings: SETTINGS });
const plain = await lab.publish('base', { ...BASE, 'etc/a': 'new\n' }, { settings: SETTINGS, reuses: true });

/** Lays the three down, and says what the night would do without reading manifests. */
async function settled(): Promise<NightTarget> {
  const machine = lab.openTarget();
  const { errors } = await machine.settle([image, base, over], { merging: MERGING });
  assert.deepEqual(errors, []);
  return machine;
}
// findUpdate writes nothing, so that those who only ask can share a machine.
const shared = await settled();

/** What a delta would say, had the packages been published one after the other. */
function changeOf(before: Manifest, { entries, ...now }: Manifest): ManifestDelta {
  const key = (entry: ManifestEntry) => JSON.stringify({ ...entry, chunks: [] });
  const old = new Map(before.entries.map((entry) => [entry.path, key(entry)]));
  const paths = new Set(entries.map(({ path }) => path));
  return {
    header: now,
    packs: now.packs,
    removed: [...old.keys()].filter((path) => !paths.has(path)),
    changed: entries.filter((entry) => old.has(entry.path) && old.get(entry.path) !== key(entry)),
    added: entries.filter(({ path }) => !old.has(path)),
  };
}

/** Reads every delta, whether the store has it or not; `edit` makes others of them. */
const deltas = (wanted: readonly Published[], edit: (delta: ManifestDelta) => ManifestDelta = (delta) => delta) => ({
  readChange: async ({ name, digest }: { name: string; digest: string }, from: string) => {
    const before = [image, base, over].find((one) => one.digest === from);
    const now = wanted.find((one) => one.name === name && one.digest === digest);
    if (before === undefined || now === undefined) return undefined;
    return await Promise.resolve(edit(changeOf(before.manifest, now.manifest)));
  },
});

type Asking = NonNullable<Parameters<NightTarget['update']>[1]>;
const ask = async (machine: NightTarget, wanted: readonly Published[], asking: Asking = {}) => {
  const update = await machine.update(wanted, { cache: deltas(wanted), ...asking });
  return update?.tree.entries.map(({ path }) => path);
};

suite('an update that can be told by what has changed', () => {
  const NEXT: readonly (readonly [
    name: string,
    wanted: () => Promise<Published[]>,
    paths: string[],
    asking?: Asking,
  ])[] = [
    ['other bytes', async () => await Promise.resolve([image, plain, over]), ['etc', 'etc/a']],
    [
      'bytes and a mode of several files',
      async () => [image, await newBase({ 'etc/a': { text: 'new\n', mode: 0o755 }, 'etc/b': 'more\n' }), over],
      ['etc', 'etc/a', 'etc/b'],
    ],
    [
      'a file of the image',
      async () => [await lab.publish('os', { 'usr/x': 'new\n' }, { kind: 'image' }), base, over],
      ['usr', 'usr/x'],
    ],
    ['the same manifests', async () => await Promise.resolve([image, base, over]), []],
  ];
  for (const [name, next, paths] of NEXT) {
    test(name, async () => {
      using machine = await settled();
      const wanted = await next();
      const update = await machine.update(wanted, { cache: deltas(wanted) });
      assert.deepEqual(
        update?.tree.entries.map(({ path }) => path),
        paths,
      );
      const done = await machine.run(wanted, { ...update, isUpdate: true });
      assert.deepEqual(done.errors, []);
      using fresh = lab.openTarget();
      await fresh.run(wanted, { merging: MERGING });
      assert.deepEqual(look(machine.target), look(fresh.target));
      // A run that reads everything finds nothing left to do.
      assert.deepEqual((await machine.run(wanted, { merging: MERGING })).said, []);
    });
  }

  test('with the delta that the store has, and packs that are fetched meanwhile', async () => {
    await lab.publishDelta(base, plain);
    const update = await shared.update([image, plain, over]);
    assert.deepEqual(
      update?.base.packages.map(({ digest }) => digest),
      [image.digest, plain.digest, over.digest],
    );
    const file = update.tree.entries.find(({ path }) => path === 'etc/a');
    assert(file?.type === 'file' && file.content.kind === 'packed');
    const [slice] = file.content.slices;
    assert.equal((await update.fetcher(`packs/${slice?.pack.sha256 ?? ''}`)).length, slice?.pack.sizeBytes);
    assert.equal(
      await ask(shared, [image, await newBase({ 'etc/a': 'other\n' }), over], { cache: shared.openCache() }),
      undefined,
    );
  });
});

suite('what is more than that is left to a run that reads everything', () => {
  const describeBase = async (files: SmallFiles, settings = SETTINGS) =>
    await lab.publish('base', { ...BASE, ...files }, { settings, dryRun: true });
  const without = (path: string): SmallFiles =>
    Object.fromEntries(Object.entries(BASE).filter(([each]) => each !== path));
  const NEXT: readonly (readonly [name: string, wanted: () => Promise<Published[]>, asking?: Asking])[] = [
    ['a file more', async () => [image, await describeBase({ 'etc/more': 'x\n' }), over]],
    [
      'a file less',
      async () => [image, await lab.publish('base', without('etc/b'), { settings: SETTINGS, dryRun: true }), over],
    ],
    ['another target of a link', async () => [image, await describeBase({ 'etc/link': { link: 'b' } }), over]],
    ['a file that becomes a link', async () => [image, await describeBase({ 'etc/a': { link: 'b' } }), over]],
    ['a template', async () => [image, await describeBase({ 'etc/name.plprocess': 'is ##HOSTNAME##\n' }), over]],
    ['a file that has another name', async () => [image, await describeBase({ 'bin/tool': 'newer\n' }), over]],
    ['a path that another package overrides', async () => [image, await describeBase({ 'etc/both': 'new\n' }), over]],
    [
      'a path that overrides another package’s',
      async () => [
        image,
        base,
        await lab.publish('over', { 'etc/both': 'new\n' }, { settings: 'priority: 60\n', dryRun: true }),
      ],
    ],
    ['the accounts', async () => [image, await describeBase({ 'etc/passwd': 'root:x:0:0::/:/bin/sh\n' }), over]],
    ['what is laid down once', async () => [image, await describeBase({ 'etc/once': 'twice\n' }), over]],
    ['what is pinned', async () => [image, await describeBase({ 'etc/pinned': 'new\n' }), over]],
    [
      'a file of the image, which the package manager has',
      async () => [await lab.publish('os', { 'usr/x': 'new\n' }, { kind: 'image', dryRun: true }), base, over],
      { osmode: 'packages' },
    ],
    [
      'a rule of the package',
      async () => [image, await describeBase({ 'etc/a': 'new\n' }, `${SETTINGS}priority: 55\n`), over],
    ],
    ['a package less', async () => await Promise.resolve([image, plain])],
    [
      'another package',
      async () => [image, plain, await lab.publish('else', { 'etc/both': 'above\n' }, { dryRun: true })],
    ],
    [
      'a package more',
      async () => [image, plain, over, await lab.publish('more', { 'etc/more': 'x\n' }, { dryRun: true })],
    ],
    ['another frame', async () => await Promise.resolve([image, plain, over]), { frame: 'another' }],
    ['a delta that nobody has', async () => await Promise.resolve([image, plain, over]), { cache: deltas([]) }],
    [
      'a file on another file system',
      async () => await Promise.resolve([image, plain, over]),
      { mountPoints: () => new Set(['etc']) },
    ],
    [
      'a file that is a mount point',
      async () => await Promise.resolve([image, plain, over]),
      { mountPoints: () => new Set(['etc/a']) },
    ],
  ];
  for (const [name, next, asking] of NEXT)
    test(name, async () => assert.equal(await ask(shared, await next(), asking), undefined));

  const ENTRIES: readonly (readonly [name: string, entry: Partial<ManifestEntry>])[] = [
    ['extended attributes', { xattrs: { 'user.a': 'AA==' } }],
    ['a user by name', { user: 'root' }],
    ['a group by name', { group: 'root' }],
    ['holes', { sparse: true }],
    ['variables', { template: { inline: ['HOSTNAME'], leading: [] } }],
  ];
  for (const [name, more] of ENTRIES) {
    test(`a file with ${name}`, async () => {
      const edit = (delta: ManifestDelta) => ({
        ...delta,
        changed: delta.changed.map((entry) => ({ ...entry, ...more }) as ManifestEntry),
      });
      assert.equal(await ask(shared, [image, plain, over], { cache: deltas([plain], edit) }), undefined);
    });
  }
});

suite('rows of what is not a plain file of its package alone', () => {
  const ROWS: readonly (readonly [name: string, sql: string])[] = [
    ['another package has it', "UPDATE paths SET owner = 'over' WHERE path = 'etc/a'"],
    ['it was rendered', "UPDATE paths SET class = 'generated' WHERE path = 'etc/a'"],
    ['it is another name of a file', "UPDATE paths SET type = 'hardlink' WHERE path = 'etc/a'"],
    ['it was made from a template', "UPDATE paths SET source = 'other' WHERE path = 'etc/a'"],
    ['it has attributes', `UPDATE paths SET xattrs = '[["user.a","AA=="]]' WHERE path = 'etc/a'`],
    ['it is left alone', "UPDATE paths SET left_alone = 1 WHERE path = 'etc/a'"],
    ['it is on FAT', "UPDATE paths SET inode = 0 WHERE path = 'etc/a'"],
    ['it has no row', "DELETE FROM paths WHERE path = 'etc/a'"],
    ['its directory has none', "DELETE FROM paths WHERE path = 'etc'"],
    ['no run has settled the target', "DELETE FROM meta WHERE key = 'settled'"],
    [
      'the run that did was of a program that left less',
      "UPDATE meta SET value = json_remove(value, '$.base') WHERE key = 'settled'",
    ],
  ];
  const whole = readFileSync(shared.stateFile);
  for (const [name, sql] of ROWS) {
    test(name, async () => {
      const database = new DatabaseSync(shared.stateFile);
      database.exec(sql);
      database.close();
      try {
        assert.equal(await ask(shared, [image, plain, over]), undefined);
      } finally {
        writeFileSync(shared.stateFile, whole);
      }
      assert.notEqual(await ask(shared, [image, plain, over]), undefined);
    });
  }
});

suite('a machine that is not as the last run has left it', () => {
  const TOUCHES: readonly (readonly [name: string, touch: (machine: NightTarget) => void | Promise<void>])[] = [
    ['other bytes in another file', ({ target }) => writeFileSync(join(target, 'etc/b'), 'edited\n')],
    ['other bytes in that file', ({ target }) => writeFileSync(join(target, 'etc/a'), 'edited\n')],
    ['other bytes with the old size and time', ({ target }) => forge(join(target, 'etc/b'), 'B\n')],
    ['a missing file', ({ target }) => rmSync(join(target, 'etc/b'))],
    [
      'a command that an earlier run owes',
      async ({ stateFile }) => {
        const command = { argv: ['true'], timeoutSeconds: 1, order: 1, packages: ['base'], paths: ['etc/a'] } as const;
        await writeJournal(stateFile, { known: [], pending: [{ ...command, argv: ['true'], place: 'system' }] });
      },
    ],
    ['a journal that cannot be read', ({ stateFile }) => writeFileSync(`${stateFile}.after.json`, 'damaged')],
    ['no database', ({ stateFile }) => rmSync(stateFile)],
  ];
  for (const [name, touch] of TOUCHES) {
    test(name, async () => {
      using machine = await settled();
      await touch(machine);
      assert.equal(await ask(machine, [image, plain, over]), undefined);
    });
  }

  test('a machine that nobody touched in these tests is one still', async () => {
    assert.deepEqual(await ask(shared, [image, plain, over]), ['etc', 'etc/a']);
    assert.equal(readFileSync(join(shared.target, 'etc/a'), 'utf8'), 'a\n');
  });
});
