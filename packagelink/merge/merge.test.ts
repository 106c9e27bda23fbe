import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../../lib/errors.ts';
import type { Manifest, ManifestEntry } from '../package/manifest.ts';
import { mergeTree, variablesUsedBy } from './merge.ts';
import type { GeneratedFile, Layer, MergeInput } from './merge.ts';
import { directoryEntry, fileEntry, packageOf, specialEntry, symlinkEntry } from '../testing/sample-tree.ts';
import { treeDigest } from '../tree/tree.ts';
import type { TreeEntry } from '../tree/tree.ts';

const layer = (name: string, priority: number, entries: ManifestEntry[], options: Partial<Manifest> = {}): Layer => ({
  name,
  priority,
  manifest: packageOf(entries, { name, mutable: options.mutable ?? [], overrides: options.overrides ?? [] }),
});

const generated = (path: string, text: string): GeneratedFile => ({ path, bytes: Buffer.from(text) });

const merge = (layers: Layer[], more: Partial<MergeInput> = {}) => mergeTree({ layers, defines: {}, ...more });

const find = (entries: readonly TreeEntry[], path: string): TreeEntry => {
  const entry = entries.find((candidate) => candidate.path === path);
  assert.ok(entry, `${path} is in the tree`);
  return entry;
};

const owners = (entries: readonly TreeEntry[]) =>
  Object.fromEntries(
    entries.filter((entry) => entry.type !== 'directory').map((entry) => [entry.path, `${entry.owner} ${entry.class}`]),
  );

const faultsOf = (layers: Layer[], more: Partial<MergeInput> = {}): string[] => {
  try {
    merge(layers, more);
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.faults.map((fault) => `${fault.where}: ${fault.message}`);
  }
  return [];
};

test('the highest priority owns a path, and classes follow the owner', () => {
  const { entries, images } = merge(
    [
      layer(
        'debian',
        0,
        [
          fileEntry('etc/motd', 'os'),
          fileEntry('etc/issue', 'os'),
          fileEntry('etc/passwd', 'os'),
          fileEntry('etc/hosts', 'os'),
        ],
        { mutable: ['etc/passwd'] },
      ),
      layer('base', 50, [fileEntry('etc/motd', 'site')]),
    ],
    { generated: [generated('etc/hosts', 'rendered'), { ...generated('boot/grub/grub.cfg', 'x'), mutable: true }] },
  );
  assert.deepEqual(owners(entries), {
    'boot/grub/grub.cfg': '@generated mutable',
    'etc/hosts': '@generated generated',
    'etc/issue': 'debian image',
    'etc/motd': 'base package',
    'etc/passwd': 'debian mutable',
  });
  assert.deepEqual(images, ['debian']);
});

test('a conflict says in words what each package has', () => {
  const one = layer('one', 50, [specialEntry('a', 'char 1:3'), fileEntry('b', 'x', { user: 'www-data' })]);
  const two = layer('two', 50, [symlinkEntry('a', 'x'), fileEntry('b', 'x')]);
  assert.deepEqual(
    faultsOf([one, two]).map((fault) => fault.replaceAll(/ [0-9a-f]{12}/g, '')),
    [
      'a: packages one (char 1:3, 0600 0:0) and two (symlink to x) differ, both of priority 50',
      'b: packages one (file 0644 www-data:0) and two (file 0644 0:0) differ, both of priority 50',
    ],
  );
});

test('holes make no difference', () => {
  const one = layer('one', 50, [{ ...fileEntry('a', 'x'), sparse: true }]);
  assert.deepEqual(faultsOf([one, layer('two', 50, [fileEntry('a', 'x')])]), []);
});

test('a glob of the image does not weaken what a site package puts there; one of the package covers the image', () => {
  const image = layer('debian', 0, [fileEntry('var/a', 'os'), fileEntry('etc/b', 'os')], { mutable: ['/var/**'] });
  const site = layer('base', 50, [fileEntry('var/c', 'site')], { mutable: ['etc/b'] });
  assert.deepEqual(owners(merge([image, site]).entries), {
    'etc/b': 'debian mutable',
    'var/a': 'debian mutable',
    'var/c': 'base package',
  });
});

test('directories merge and keep the metadata of the highest package that states any', () => {
  const image = layer('debian', 0, [directoryEntry('root', { mode: 0o700 }), directoryEntry('srv', { mode: 0o755 })]);
  const site = layer('base', 50, [fileEntry('root/x', 'x'), directoryEntry('srv', { mode: 0o2775, uid: 7 })]);
  const { entries } = merge([image, site]);
  assert.deepEqual(
    entries.map((entry) => [entry.path, entry.owner, entry.type === 'hardlink' ? 0 : entry.mode]),
    [
      ['root', 'debian', 0o700],
      ['root/x', 'base', 0o644],
      ['srv', 'base', 0o2775],
    ],
  );
});

test('equal bytes and metadata of equal priority are no conflict, whatever their times', () => {
  const one = layer('one', 50, [fileEntry('a', 'x', { mtimeSeconds: 1 })]);
  const two = layer('two', 50, [fileEntry('a', 'x', { mtimeSeconds: 2 })]);
  assert.equal(find(merge([two, one]).entries, 'a').owner, 'one');
});

const conflicts: [name: string, one: ManifestEntry, two: ManifestEntry][] = [
  ['bytes', fileEntry('a', 'x'), fileEntry('a', 'y')],
  ['mode', fileEntry('a', 'x'), fileEntry('a', 'x', { mode: 0o600 })],
  ['owner', fileEntry('a', 'x'), fileEntry('a', 'x', { uid: 1 })],
  ['a name against its number', fileEntry('a', 'x'), fileEntry('a', 'x', { user: 'root' })],
  ['group', fileEntry('a', 'x', { group: 'adm' }), fileEntry('a', 'x', { group: 'sys' })],
  ['device', specialEntry('a', 'char 1:3'), specialEntry('a', 'char 1:5')],
  ['a FIFO against a file', specialEntry('a', 'fifo'), fileEntry('a', 'x')],
  ['type', fileEntry('a', 'x'), symlinkEntry('a', 'x')],
  ['link target', symlinkEntry('a', 'x'), symlinkEntry('a', 'y')],
  ['directory metadata', directoryEntry('a'), directoryEntry('a', { mode: 0o700 })],
  ['template against result', fileEntry('a.plprocess', 'x'), fileEntry('a', 'x')],
];

for (const [name, one, two] of conflicts) {
  test(`conflict of equal priority: ${name}`, () => {
    const [fault, ...others] = faultsOf([layer('one', 50, [one]), layer('two', 50, [two])]);
    assert.match(fault ?? '', /^a: packages one \(.*\) and two \(.*\) differ, both of priority 50/);
    assert.deepEqual(others, []);
    assert.deepEqual(
      faultsOf([layer('one', 50, [one]), layer('two', 50, [two]), layer('top', 60, [fileEntry('a', 'z')])]).filter(
        (text) => /priority 50/.test(text),
      ),
      [],
    );
  });
}

test('one package with a file and its template is a conflict', () => {
  assert.match(
    faultsOf([layer('one', 50, [fileEntry('a', 'x'), fileEntry('a.plprocess', 'x')])])[0] ?? '',
    /one has it twice/,
  );
});

const clashes: [name: string, layers: Layer[], message: RegExp][] = [
  [
    'a directory over a symlink',
    [layer('os', 0, [symlinkEntry('lib', 'usr/lib')]), layer('site', 50, [fileEntry('lib/x', 'x')])],
    /^lib: is a directory in site, but a symlink to usr\/lib in os/,
  ],
  [
    'a file over a directory that holds something',
    [layer('os', 0, [fileEntry('d/x', 'x')]), layer('site', 50, [fileEntry('d', 'x')])],
    /^d: is a file in site, but os has d\/x below it/,
  ],
  [
    'a symlink over a directory that holds something',
    [layer('os', 0, [fileEntry('d/x', 'x')]), layer('site', 50, [symlinkEntry('d', 'e')])],
    /^d: is a symlink in site/,
  ],
  [
    'a directory over a file',
    [layer('os', 0, [fileEntry('d', 'x')]), layer('site', 50, [fileEntry('d/x', 'x')])],
    /^d: is a directory in site, but a file in os/,
  ],
];

for (const [name, layers, message] of clashes) {
  test(`refused: ${name}`, () => {
    const faults = faultsOf(layers);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', message);
  });
}

test('a generated file below a symlink of the image is refused', () => {
  const faults = faultsOf([layer('os', 0, [symlinkEntry('etc', 'x')])], { generated: [generated('etc/hosts', 'x')] });
  assert.match(faults.join('\n'), /^etc: is a directory in @generated, but a symlink to x in os/);
});

test('a site package replaces a generated file only by naming it', () => {
  const more = { generated: [generated('etc/hosts', 'rendered')] };
  const shadowed = merge([layer('base', 50, [fileEntry('etc/hosts', 'site')])], more);
  assert.equal(find(shadowed.entries, 'etc/hosts').owner, '@generated');
  assert.match(shadowed.notices.join('\n'), /etc\/hosts of base is overridden by @generated/);
  assert.match(
    faultsOf([layer('base', 200, [fileEntry('etc/hosts', 'site')])], more).join('\n'),
    /base \(priority 200\) would replace/,
  );
  for (const priority of [50, 200]) {
    const named = merge(
      [layer('base', priority, [fileEntry('etc/hosts', 'site')], { overrides: ['etc/hosts'] })],
      more,
    );
    assert.equal(find(named.entries, 'etc/hosts').owner, 'base');
  }
});

test('hard links survive, and a name that another package takes leaves the group', () => {
  const image = layer('os', 0, [
    fileEntry('bin/a', 'x'),
    { type: 'hardlink', path: 'bin/b', target: 'bin/a' },
    { type: 'hardlink', path: 'bin/c', target: 'bin/a' },
  ]);
  assert.deepEqual(
    merge([image]).entries.map((entry) => (entry.type === 'hardlink' ? `${entry.path} → ${entry.target}` : entry.path)),
    ['bin', 'bin/a', 'bin/b → bin/a', 'bin/c → bin/a'],
  );
  const { entries } = merge([image, layer('site', 50, [fileEntry('bin/a', 'other')])]);
  assert.equal(find(entries, 'bin/b').type, 'file');
  const link = find(entries, 'bin/c');
  assert.equal(link.type === 'hardlink' ? link.target : '', 'bin/b');
});

test('templates lose their suffix, keep only the values they name, and change with them', () => {
  const layers = [layer('base', 50, [fileEntry('etc/resolv.conf.plprocess', 'search ##DOMAIN##\n##NFS##x\n')])];
  const at = (defines: Record<string, string>) => find(merge(layers, { defines }).entries, 'etc/resolv.conf');
  const entry = at({ DOMAIN: 'a.example', OTHER: '1' });
  assert.ok(entry.type === 'file' && entry.content.kind === 'template');
  assert.deepEqual(entry.content.defines, { DOMAIN: 'a.example' });
  const key = (defines: Record<string, string>) => (at(defines) as typeof entry).sourceKey;
  assert.equal(key({ DOMAIN: 'a.example', OTHER: '2' }), entry.sourceKey);
  assert.notEqual(key({ DOMAIN: 'b.example' }), entry.sourceKey);
  assert.notEqual(key({ DOMAIN: 'a.example', NFS: '' }), entry.sourceKey);
});

test('all faults come at once: conflicts and undefined variables', () => {
  const one = layer('one', 50, [fileEntry('a', 'x'), fileEntry('b', 'x'), fileEntry('c.plprocess', 'x ##V## ##W##')]);
  const two = layer('two', 50, [fileEntry('a', 'y'), fileEntry('b', 'y')]);
  const faults = faultsOf([one, two]);
  assert.equal(faults.length, 4);
  assert.match(faults.join('\n'), /one: c: ##V## stands inside a line/);
});

test('a template that is overridden needs none of its variables', () => {
  const one = layer('one', 50, [fileEntry('c.plprocess', 'x ##V##')]);
  assert.deepEqual(faultsOf([one, layer('two', 60, [fileEntry('c', 'x')])]), []);
});

test('the variables that packages use, wherever they stand', () => {
  const manifests = [
    packageOf([fileEntry('a.plprocess', 'x ##B##\n##A##')]),
    packageOf([fileEntry('b.plprocess', '##A##'), fileEntry('c', '##NOT##')]),
  ];
  assert.deepEqual(variablesUsedBy(manifests), ['A', 'B']);
});

test('times do not change the digest of a tree; bytes, modes and owners do', () => {
  const digest = (entry: ManifestEntry, name = 'one') => treeDigest(merge([layer(name, 50, [entry])]));
  const before = digest(fileEntry('a', 'x'));
  assert.equal(digest(fileEntry('a', 'x', { mtimeSeconds: 9 })), before);
  for (const other of [
    fileEntry('a', 'y'),
    fileEntry('a', 'x', { mode: 0o600 }),
    fileEntry('a', 'x', { uid: 1 }),
    fileEntry('b', 'x'),
  ]) {
    assert.notEqual(digest(other), before);
  }
  assert.notEqual(digest(fileEntry('a', 'x'), 'two'), before);
});

test('a package that is listed twice is a fault', () => {
  assert.match(faultsOf([layer('one', 50, []), layer('one', 60, [])]).join('\n'), /^one: is listed more than once$/);
});

test('a generated path never leaves the target', () => {
  assert.throws(() => merge([], { generated: [generated('../x', '')] }), /not a path below the target/);
});

const anyEntry = fc.oneof(
  fc
    .tuple(fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/a'), fc.constantFrom('x', 'y'))
    .map(([path, text]) => fileEntry(path, text)),
  fc.constantFrom(
    symlinkEntry('l', 'd'),
    symlinkEntry('d', 'e'),
    directoryEntry('d', { mode: 0o700 }),
    directoryEntry('a'),
  ),
);
const anyLayer = fc
  .record({
    name: fc.constantFrom('p', 'q', 'r', 's'),
    priority: fc.constantFrom(0, 50, 60),
    entries: fc.uniqueArray(anyEntry, { selector: (entry) => entry.path }),
  })
  .filter(({ entries }) =>
    entries.every(
      (entry) => entry.type === 'directory' || !entries.some((other) => other.path.startsWith(`${entry.path}/`)),
    ),
  )
  .map(({ name, priority, entries }) => layer(name, priority, entries));
const anyLayers = fc.uniqueArray(anyLayer, { selector: (one) => one.name, maxLength: 4 });

/** The digest of the merged tree, or the faults of the attempt in a fixed order. */
const outcome = (layers: Layer[]): string => {
  const faults = faultsOf(layers);
  return faults.length > 0 ? faults.toSorted().join('\n') : treeDigest(merge(layers));
};

test('the order of the layers means nothing', () => {
  fc.assert(
    fc.property(
      anyLayers.chain((layers) =>
        fc.tuple(fc.constant(layers), fc.shuffledSubarray(layers, { minLength: layers.length })),
      ),
      ([layers, shuffled]) => assert.equal(outcome(shuffled), outcome(layers)),
    ),
  );
});

test('a merged tree is sorted, has each path once, and only directories hold anything', () => {
  fc.assert(
    fc.property(anyLayers, (layers) => {
      if (faultsOf(layers).length > 0) return;
      const { entries } = merge(layers);
      const types = new Map(entries.map((entry) => [entry.path, entry.type]));
      assert.equal(types.size, entries.length);
      assert.deepEqual(
        entries.map((entry) => entry.path),
        [...types.keys()].toSorted(),
      );
      for (const path of types.keys())
        if (path.includes('/')) assert.equal(types.get(path.slice(0, path.lastIndexOf('/'))), 'directory');
    }),
  );
});

test('merging a package a second time under a lower priority changes nothing', () => {
  fc.assert(
    fc.property(anyLayers, (layers) => {
      const [first] = layers;
      if (first === undefined || first.priority === 0 || faultsOf(layers).length > 0) return;
      const again = { ...first, name: `${first.name}2`, priority: 1 };
      const lower = layers.every((one) => one === first || one.priority > 1);
      if (lower) assert.equal(treeDigest(merge([...layers, again])), treeDigest(merge(layers)));
    }),
  );
});
