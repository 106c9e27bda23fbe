import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../package/digest.ts';
import type { ManifestEntry } from '../package/manifest.ts';
import { mergeTree } from '../merge/merge.ts';
import type { Observed } from '../compare/observed.ts';
import { planPartial } from './plan-partial.ts';
import type { PartialInput } from './partial-plan.ts';
import { directoryEntry, fileEntry, packageOf, specialEntry, symlinkEntry } from '../testing/sample-tree.ts';
import { installedLink, installedPath } from '../tree/installed-path.ts';
import type { InstalledPath } from '../tree/installed-path.ts';
import type { MergedTree } from '../tree/tree.ts';

const treeOf = (entries: ManifestEntry[], { priority = 50, mutable = [] as string[] } = {}): MergedTree =>
  mergeTree({
    layers: [{ name: 'base', priority, manifest: packageOf(entries, { name: 'base', mutable }) }],
    defines: {},
  });

/** A machine on which a tree was just laid down. */
const machineWith = (tree: MergedTree): { installed: Map<string, InstalledPath>; observed: Map<string, Observed> } => {
  const installed = new Map<string, InstalledPath>();
  const observed = new Map<string, Observed>();
  for (const [index, entry] of tree.entries.entries()) {
    const first = entry.type === 'hardlink' ? installed.get(entry.target) : undefined;
    if (entry.type === 'hardlink' && first !== undefined) {
      installed.set(entry.path, installedLink(entry, first));
      observed.set(entry.path, observed.get(entry.target) as Observed);
      continue;
    }
    if (entry.type === 'hardlink') continue;
    const sizeBytes = entry.type === 'file' ? entry.content.sizeBytes : 0;
    const stat = {
      mode: entry.mode,
      uid: entry.uid,
      gid: entry.gid,
      sizeBytes,
      inode: 100 + index,
      mtimeMs: 1,
      ctimeMs: 1,
    };
    installed.set(entry.path, installedPath(entry, entry.type === 'file' ? entry.content.sha256 : '', stat));
    observed.set(entry.path, { ...stat, type: entry.type });
  }
  return { installed, observed };
};

const plan = (tree: MergedTree, machine: ReturnType<typeof machineWith>, more: Partial<PartialInput> = {}) => {
  const digests = new Map(
    tree.entries.flatMap((entry) => (entry.type === 'file' ? [[entry.path, entry.content.sha256] as const] : [])),
  );
  return planPartial({ tree, ...machine, digests, osmode: 'image', allowDeletions: true, ...more });
};
const said = (result: ReturnType<typeof plan>) =>
  result.changes.map((change) => `${change.action} ${change.path}: ${change.why}`);

/** What a person on the machine did to one path. */
const touch = (machine: ReturnType<typeof machineWith>, path: string, now: Partial<Observed>) => {
  machine.observed.set(path, { ...(machine.observed.get(path) as Observed), ctimeMs: 2, ...now });
};

const usual = () => treeOf([fileEntry('etc/a', 'x'), fileEntry('etc/b', 'y'), symlinkEntry('etc/l', 'a')]);

test('a machine that is right gets an empty plan', () => {
  const tree = usual();
  const result = plan(tree, machineWith(tree));
  assert.deepEqual([said(result), result.refresh, result.forget, result.errors, result.notices], [[], [], [], [], []]);
});

const damages: [name: string, damage: (machine: ReturnType<typeof machineWith>) => void, expected: string[]][] = [
  [
    'changed bytes',
    (m) => touch(m, 'etc/a', { sha256: sha256('hacked') }),
    ['replaced etc/a: was changed on this machine'],
  ],
  [
    'a changed mode',
    (m) => touch(m, 'etc/a', { sha256: sha256('x'), mode: 0o666 }),
    ['metadata etc/a: mode was 0666, should be 0644'],
  ],
  [
    'a changed owner',
    (m) => touch(m, 'etc/l', { target: 'a', uid: 5 }),
    ['metadata etc/l: owner was 5:0, should be 0:0'],
  ],
  [
    'a capability',
    (m) => touch(m, 'etc/a', { sha256: sha256('x'), xattrs: '[["security.capability","AQ=="]]' }),
    ['replaced etc/a: extended attributes differ'],
  ],
  ['a deleted file', (m) => m.observed.delete('etc/a'), ['created etc/a: was missing']],
  ['another link target', (m) => touch(m, 'etc/l', { target: 'b' }), ['replaced etc/l: was changed on this machine']],
  [
    'a link in place of a file',
    (m) => touch(m, 'etc/a', { type: 'symlink', target: 'b' }),
    ['replaced etc/a: was a symlink, should be a file'],
  ],
  [
    'files of two file systems with one number',
    (m) => touch(m, 'etc/b', { inode: m.observed.get('etc/a')?.inode ?? 0, device: 2, sha256: sha256('y') }),
    [],
  ],
  [
    'two files made one',
    (m) => touch(m, 'etc/b', { inode: m.observed.get('etc/a')?.inode ?? 0, sha256: sha256('y') }),
    ['replaced etc/b: was a hard link of etc/a'],
  ],
  ['a directory mode', (m) => touch(m, 'etc', { mode: 0o777 }), ['metadata etc: mode was 0777, should be 0755']],
  [
    'a link in place of a directory',
    (m) => {
      for (const path of ['etc/a', 'etc/b', 'etc/l']) m.observed.delete(path);
      touch(m, 'etc', { type: 'symlink', target: '/tmp' });
    },
    [
      'replaced etc: was a symlink, should be a directory',
      'created etc/a: was missing',
      'created etc/b: was missing',
      'created etc/l: was missing',
    ],
  ],
];

for (const [name, damage, expected] of damages) {
  test(`partial: ${name} is put right`, () => {
    const tree = usual();
    const machine = machineWith(tree);
    damage(machine);
    assert.deepEqual(said(plan(tree, machine)), expected);
  });
}

test('special files: right, another device, another kind, dropped', () => {
  const tree = treeOf([specialEntry('n', 'char 1:3')]);
  const was = (now: Partial<Observed>, wanted = tree) => {
    const machine = machineWith(tree);
    touch(machine, 'n', now);
    return said(plan(wanted, machine));
  };
  assert.deepEqual(was({ target: 'char 1:3' }), []);
  assert.deepEqual(was({ target: 'char 1:5' }), ['replaced n: was changed on this machine']);
  assert.deepEqual(was({ type: 'file' }), ['replaced n: was a file, should be a special']);
  assert.deepEqual(was({ target: 'char 1:3' }, treeOf([specialEntry('n', 'fifo')])), [
    'replaced n: new version in base',
  ]);
  assert.deepEqual(was({ target: 'char 1:3' }, treeOf([])), ['deleted n: no longer in base']);
  assert.deepEqual(was({ target: 'char 1:5' }, treeOf([])), []);
});

test('a touched file with the right bytes costs a new row, no write', () => {
  const tree = usual();
  const machine = machineWith(tree);
  touch(machine, 'etc/a', { mtimeMs: 9, sha256: sha256('x') });
  const result = plan(tree, machine);
  assert.deepEqual(said(result), []);
  assert.deepEqual(
    result.refresh.map((entry) => entry.path),
    ['etc/a'],
  );
});

test('a new version replaces what is as we wrote it, and says so', () => {
  const machine = machineWith(usual());
  assert.deepEqual(
    said(plan(treeOf([fileEntry('etc/a', 'new'), fileEntry('etc/b', 'y'), symlinkEntry('etc/l', 'b')]), machine)),
    ['replaced etc/a: new version in base', 'replaced etc/l: new version in base'],
  );
});

test('paths that a package gave up go, children first; changed and foreign ones stay', () => {
  const tree = treeOf([fileEntry('d/a', 'x'), fileEntry('d/e/b', 'y'), fileEntry('k/c', 'z'), fileEntry('m/o', 'x')], {
    mutable: ['m/o'],
  });
  const machine = machineWith(tree);
  touch(machine, 'd', { children: ['a', 'e'] });
  touch(machine, 'd/e', { children: ['b'] });
  touch(machine, 'k', { children: ['c'] });
  touch(machine, 'm', { children: ['o'] });
  touch(machine, 'k/c', { sha256: sha256('mine now') });
  const result = plan(treeOf([]), machine);
  assert.deepEqual(
    result.deletions.map((row) => row.path),
    ['d/e/b', 'd/e', 'd/a', 'd'],
  );
  assert.deepEqual(result.forget.toSorted(), ['k', 'k/c', 'm', 'm/o']);
  assert.match(result.notices.join('\n'), /k\/c is no longer in base, and stays: it was changed on this machine/);
  assert.match(result.notices.join('\n'), /m is no longer in base, and stays: it holds other files/);
});

test('what the caller holds stays and is not forgotten, nor are the directories above it; it is said once', () => {
  const tree = treeOf(
    [fileEntry('d/k/a', 'x'), fileEntry('d/k/b', 'y'), fileEntry('d/z', 'z'), fileEntry('e/once', 'w')],
    {
      mutable: ['e/once'],
    },
  );
  const machine = machineWith(tree);
  for (const [path, children] of Object.entries({ d: ['k', 'z'], 'd/k': ['a', 'b'], e: ['once'] }))
    touch(machine, path, { children });
  const whyHeld = (path: string) => (path.startsWith('d/k/') || path === 'e/once' ? 'it is needed' : undefined);
  const held = plan(treeOf([]), machine, { retention: { whyHeld, goesUnchanged: () => true } });
  assert.deepEqual([held.deletions.map((row) => row.path), held.forget], [['d/z'], []]);
  assert.deepEqual(held.notices, ['d/k/a and 2 more paths stay, though no package has them any more: it is needed']);
  const later = plan(treeOf([]), machine);
  assert.deepEqual(
    later.deletions.map((row) => row.path),
    ['d/z', 'd/k/b', 'd/k/a', 'd/k', 'd'],
  );
});

test('what is held counts for no mass deletion; what is gone is not held', () => {
  const files = Array.from({ length: 40 }, (_, index) => fileEntry(`etc/${index}`, 'x'));
  const machine = machineWith(treeOf(files));
  machine.observed.delete('etc/39');
  touch(machine, 'etc', { children: files.map(({ path }) => path.slice(4)) });
  const retention = { whyHeld: () => 'it is needed', goesUnchanged: () => false };
  const held = plan(treeOf([]), machine, { retention });
  assert.deepEqual([held.errors, held.deletions, held.forget], [[], [], ['etc/39']]);
  assert.equal(plan(treeOf([]), machine).errors.length, 1);
});

const ONCE: [name: string, now: Partial<Observed>, goes: boolean, expected: 'deletions' | 'forget'][] = [
  ['as it was laid down', { sha256: sha256('x') }, true, 'deletions'],
  ['made anew on the machine', { sha256: sha256('rebuilt') }, true, 'forget'],
  ['of which only lstat is known', {}, true, 'forget'],
  ['of which nobody says that it goes', { sha256: sha256('x') }, false, 'forget'],
];

for (const [name, now, goes, expected] of ONCE) {
  test(`a path that was laid down once, ${name}: ${expected}`, () => {
    const machine = machineWith(treeOf([fileEntry('a', 'x')], { mutable: ['a'] }));
    // Its row may be of a file that was there before its package.
    machine.observed.set('a', { ...(machine.observed.get('a') as Observed), ...now });
    const retention = { whyHeld: () => undefined, goesUnchanged: () => goes };
    const result = plan(treeOf([]), machine, { retention });
    const paths = { deletions: result.deletions.map((row) => row.path), forget: result.forget };
    assert.deepEqual(paths, { deletions: [], forget: [], [expected]: ['a'] });
  });
}

test('nothing is deleted, and nothing forgotten, when a source could not be read', () => {
  const machine = machineWith(usual());
  const result = plan(treeOf([]), machine, { allowDeletions: false });
  assert.deepEqual([result.deletions, result.forget], [[], []]);
});

test('mutable paths are laid down once', () => {
  const tree = treeOf([fileEntry('etc/a', 'x')], { mutable: ['etc/a'] });
  const machine = machineWith(tree);
  touch(machine, 'etc/a', { sha256: sha256('edited'), mode: 0o600 });
  assert.deepEqual(said(plan(tree, machine)), []);
  machine.observed.delete('etc/a');
  assert.deepEqual(said(plan(tree, machine)), []);
  machine.installed.delete('etc/a');
  assert.deepEqual(said(plan(tree, machine)), ['created etc/a: new in base']);
});

test('a mutable path that is there before its package stays, and is remembered', () => {
  const tree = treeOf([fileEntry('etc/a', 'x')], { mutable: ['etc/a'] });
  const machine = machineWith(tree);
  machine.installed.delete('etc/a');
  const result = plan(tree, machine);
  assert.deepEqual([said(result), result.refresh.map((entry) => entry.path)], [[], ['etc/a']]);
});

test('OSMODE=packages leaves the paths of the image alone, wanted or not', () => {
  const before = treeOf([fileEntry('bin/a', 'x'), fileEntry('bin/b', 'y')], { priority: 0 });
  const machine = machineWith(before);
  touch(machine, 'bin/a', { sha256: sha256('upgraded by dpkg') });
  const result = plan(treeOf([fileEntry('bin/a', 'x')], { priority: 0 }), machine, { osmode: 'packages' });
  assert.deepEqual([said(result), result.deletions, result.forget], [[], [], []]);
  assert.equal(said(plan(before, machine)).length, 1);
});

test('OSMODE=packages: a directory of the image is made again where a site package needs it', () => {
  const image = packageOf([directoryEntry('opt')], { name: 'os' });
  const site = packageOf([fileEntry('opt/x', 'x')], { name: 'base' });
  const tree = mergeTree({
    layers: [
      { name: 'os', priority: 0, manifest: image },
      { name: 'base', priority: 50, manifest: site },
    ],
    defines: {},
  });
  const result = plan(tree, { installed: new Map(), observed: new Map() }, { osmode: 'packages' });
  assert.deepEqual(said(result), ['created opt: holds opt/x', 'created opt/x: new in base']);
});

test('nothing is written below a link that this run may not replace', () => {
  const tree = treeOf([directoryEntry('var'), fileEntry('var/a', 'x')], { mutable: ['var'] });
  const machine = machineWith(tree);
  machine.observed.delete('var/a');
  touch(machine, 'var', { type: 'symlink', target: '/elsewhere' });
  const result = plan(tree, machine);
  assert.deepEqual([said(result), result.files], [[], []]);
  assert.match(result.errors.join('\n'), /var\/a was not written: var is a symlink on this machine/);
});

test('the names of a replaced file are linked to it again', () => {
  const tree = treeOf([fileEntry('a', 'x'), { type: 'hardlink', path: 'b', target: 'a' }]);
  const machine = machineWith(tree);
  assert.deepEqual(said(plan(tree, machine)), []);
  touch(machine, 'a', { sha256: sha256('z'), inode: 1 });
  touch(machine, 'b', { sha256: sha256('z'), inode: 1 });
  assert.deepEqual(said(plan(tree, machine)), [
    'replaced a: was changed on this machine',
    'replaced b: should be a hard link of a',
  ]);
});

test('a directory is not made in place of what no package put there, unless its package says so', () => {
  const layer = (replace?: string[]) => ({
    name: 'base',
    priority: 50,
    manifest: {
      ...packageOf([directoryEntry('d'), fileEntry('d/a', 'x')], { name: 'base' }),
      ...(replace && { replace }),
    },
  });
  for (const type of ['symlink', 'file', 'other'] as const) {
    const planned = (replace?: string[]) => {
      const tree = mergeTree({ layers: [layer(replace)], defines: {} });
      const machine = machineWith(tree);
      machine.observed.delete('d/a');
      for (const path of ['d', 'd/a']) machine.installed.delete(path);
      touch(machine, 'd', { type, target: '/elsewhere', sha256: '' });
      return plan(tree, machine);
    };
    const refused = planned();
    assert.deepEqual([said(refused), refused.directories, refused.files], [[], [], []]);
    assert.match(refused.errors.join('\n'), /^d is a directory in base, but .* that no package put there; it stays/);
    assert.deepEqual(planned(['d']).errors, []);
    assert.equal(planned(['d']).directories.length, 1);
  }
});

test('files of a local directory: a stated time is a difference, and so is another inode where a link is wanted', () => {
  const tree = (more: { linkTo?: { inode: number; sizeBytes: number; mtimeNs: bigint }; apartFrom?: number } = {}) => {
    const layers = [
      {
        name: 'base',
        priority: 50,
        manifest: packageOf([fileEntry('a', 'x', { mtimeSeconds: 1 })], { name: 'base' }),
        tree: { root: '/srv/base', objects: '/objects' },
      },
    ];
    const merged = mergeTree({ layers, defines: {} });
    const entries = merged.entries.map((entry) =>
      entry.type === 'file' && entry.content.kind === 'tree'
        ? { ...entry, content: { ...entry.content, ...more } }
        : entry,
    );
    return { ...merged, entries };
  };
  const judged = (wanted: MergedTree, now: Partial<Observed>) => {
    const machine = machineWith(tree());
    touch(machine, 'a', { sha256: sha256('x'), mtimeMs: 1000.000_005, ...now });
    return said(plan(wanted, machine));
  };
  assert.deepEqual(judged(tree(), {}), []);
  assert.deepEqual(judged(tree(), { mtimeMs: 2000 }), ['metadata a: the time was another one']);
  const linkTo = { inode: 7, sizeBytes: 1, mtimeNs: 0n };
  assert.deepEqual(judged(tree({ linkTo }), { inode: 7 }), []);
  assert.deepEqual(judged(tree({ linkTo }), { inode: 8 }), ['replaced a: should be a hard link of its source']);
  assert.deepEqual(judged(tree({ apartFrom: 7 }), { inode: 7 }), ['replaced a: should be a copy of its source']);
});
