import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FaultsError } from '../../lib/errors.ts';
import { explainPath, formatPathExplanation } from './explain-path.ts';
import type { ManifestEntry } from '../package/manifest.ts';
import { mergeTree } from './merge.ts';
import type { Layer, MergeInput } from './merge.ts';
import { directoryEntry, fileEntry, packageOf, symlinkEntry } from '../testing/sample-tree.ts';

type Options = { mutable?: string[]; pin?: string[]; overrides?: string[] };

const layer = (name: string, priority: number, entries: ManifestEntry[], options: Options = {}): Layer => {
  return { name, priority, manifest: packageOf(entries, { name, ...options }) };
};

const generated = [{ path: 'etc/hosts', bytes: Buffer.from('generated') }];

const said = (layers: Layer[], path: string, more: Partial<MergeInput> = {}): string[] => {
  const explanation = explainPath({ layers, defines: {}, ...more }, path);
  // The digests are not what these cases are about.
  return explanation === undefined
    ? []
    : formatPathExplanation(explanation, []).map((line) => line.trim().replaceAll(/ [0-9a-f]{12}\b/g, ''));
};

const image = (...entries: ManifestEntry[]) => layer('os', 0, entries);

const KEPT = 'package: kept by every run';

const cases: [name: string, layers: Layer[], path: string, more: Partial<MergeInput>, expected: string[]][] = [
  ['nobody has it', [image(fileEntry('a', 'x'))], 'b', {}, []],
  [
    'the only one',
    [layer('motd', 50, [fileEntry('etc/motd.plprocess', '##A##')])],
    'etc/motd',
    {},
    [
      '/etc/motd: motd',
      'priority 50: no other package has it',
      'file 0644 0:0, from the template etc/motd.plprocess',
      KEPT,
    ],
  ],
  [
    'a higher priority',
    [
      image(symlinkEntry('a', 'x')),
      layer('p', 50, [fileEntry('a', 'y')]),
      layer('q', 60, [fileEntry('a', 'z', { mode: 0o600 })]),
    ],
    'a',
    {},
    [
      '/a: q',
      'priority 60: priority 60 is above 50',
      'file 0600 0:0',
      KEPT,
      'p (priority 50) is overridden: file 0644 0:0',
      'os (priority 0) is overridden: symlink to x',
    ],
  ],
  [
    'overrides',
    [layer('p', 50, [fileEntry('etc/hosts', 'mine')], { overrides: ['etc/hosts'] })],
    'etc/hosts',
    { generated },
    [
      '/etc/hosts: p',
      'priority 50: it names the path under overrides:',
      'file 0644 0:0',
      KEPT,
      '@generated (priority 100) is overridden: file 0644 0:0',
    ],
  ],
  [
    'generated above a package',
    [layer('p', 50, [fileEntry('etc/hosts', 'mine')])],
    'etc/hosts',
    { generated },
    [
      '/etc/hosts: @generated',
      'priority 100: priority 100 is above 50',
      'file 0644 0:0',
      'generated: rendered for the machine, kept by every run',
      'p (priority 50) is overridden: file 0644 0:0',
    ],
  ],
  [
    'the same twice',
    [layer('q', 50, [fileEntry('a', 'x')]), layer('p', 50, [fileEntry('a', 'x')])],
    'a',
    {},
    [
      '/a: p',
      'priority 50: q has the same at the same priority 50; the first by name counts',
      'file 0644 0:0',
      KEPT,
      'q (priority 50) has the same: file 0644 0:0',
    ],
  ],
  [
    'a conflict',
    [layer('q', 50, [fileEntry('a', 'x')]), layer('p', 50, [fileEntry('a', 'y')])],
    'a',
    {},
    [
      '/a: p',
      'priority 50: q has another one at the same priority 50',
      'file 0644 0:0',
      KEPT,
      'q (priority 50) conflicts: file 0644 0:0',
      'a: error: packages p (file 0644 0:0) and q (file 0644 0:0) differ, both of priority 50',
      'give one of them a higher priority in its .packagelink.yaml',
    ],
  ],
  [
    'a directory keeps what the image states',
    [image(directoryEntry('root', { mode: 0o700 })), layer('p', 50, [fileEntry('root/x', '')])],
    'root',
    {},
    [
      '/root: os',
      'priority 0: directories merge; it is the highest package that states owner and mode',
      'directory 0700 0:0',
      'image: kept by every run with OSMODE=image, left to the package manager with OSMODE=packages',
      'p (priority 50) merges: directory 0755 0:0, which it does not state',
    ],
  ],
  [
    'the pattern that makes it mutable, and the one that pins it',
    [
      layer('os', 0, [fileEntry('etc/x', '')], { mutable: ['etc/y', '/etc/*'], pin: ['nothing'] }),
      layer('p', 50, [fileEntry('q', '')], { pin: ['etc/**'] }),
    ],
    'etc/x',
    {},
    [
      '/etc/x: os',
      'priority 0: no other package has it',
      'file 0644 0:0',
      "mutable: installed once, then left alone ('/etc/*' of os)",
      "pinned: left alone once installed ('etc/**' of p)",
    ],
  ],
  [
    'a pin of the machine',
    [layer('p', 50, [fileEntry('etc/x', '')])],
    'etc/x',
    { pins: ['etc/x'] },
    [
      '/etc/x: p',
      'priority 50: no other package has it',
      'file 0644 0:0',
      KEPT,
      "pinned: left alone once installed ('etc/x' of the machine's PIN)",
    ],
  ],
  [
    'hard links',
    [layer('p', 50, [fileEntry('a', 'x'), { type: 'hardlink', path: 'b', target: 'a' }])],
    'b',
    {},
    ['/b: p', 'priority 50: no other package has it', 'file 0644 0:0', KEPT, 'one file with the names /a, /b'],
  ],
];

for (const [name, layers, path, more, expected] of cases) {
  test(name, () => assert.deepEqual(said(layers, path, more), expected));
}

test('uses of variables, with and without a value', () => {
  const layers = [layer('p', 50, [fileEntry('a.plprocess', '##A## ##B##\n##C##')])];
  const explanation = explainPath({ layers, defines: { A: '1' } }, 'a');
  assert.deepEqual(explanation?.undefinedVariables, ['B']);
  assert(explanation !== undefined);
  const uses = [
    { variable: 'A', line: 1, leading: true, value: '1' },
    { variable: 'B', line: 1, leading: false, value: null },
    { variable: 'C', line: 2, leading: true, value: null },
  ];
  assert.deepEqual(formatPathExplanation(explanation, uses).slice(-3), [
    '    line 1: ##A## at the start of the line becomes "1"',
    '    line 1: ##B## inside the line is not defined: a fault',
    '    line 2: ##C## at the start of the line is not defined: it stays, as a comment',
  ]);
});

const anyPath = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'etc/hosts');
const anyGlobs = fc.array(fc.constantFrom('a', 'd/*', '**', 'etc/**'), { maxLength: 2 });
const anyLayer = fc
  .record({
    name: fc.constantFrom('p', 'q', 'r', 's'),
    priority: fc.constantFrom(0, 50, 60, 100, 120),
    entries: fc.uniqueArray(
      fc.oneof(
        fc.tuple(anyPath, fc.constantFrom('x', 'y')).map(([path, text]) => fileEntry(path, text)),
        fc.constantFrom(directoryEntry('d', { mode: 0o700 }), directoryEntry('d'), symlinkEntry('a', 'b')),
      ),
      { selector: ({ path }) => path },
    ),
    mutable: anyGlobs,
    pin: anyGlobs,
    overrides: fc.array(fc.constant('etc/hosts'), { maxLength: 1 }),
  })
  .map(({ name, priority, entries, ...options }) => layer(name, priority, entries, options));
const anyInput = fc.record({
  layers: fc.uniqueArray(anyLayer, { selector: ({ name }) => name, maxLength: 4 }),
  generated: fc.constantFrom([], generated),
  pins: anyGlobs,
});

test('what is explained is what is merged: owner, class, pins, metadata, faults', () => {
  fc.assert(
    fc.property(anyInput, (given) => {
      const input: MergeInput = { ...given, defines: {} };
      const paths = new Set([
        'etc',
        ...input.layers.flatMap(({ manifest }) => manifest.entries.map(({ path }) => path)),
      ]);
      let entries;
      try {
        entries = new Map(mergeTree(input).entries.map((entry) => [entry.path, entry]));
      } catch (error) {
        assert(error instanceof FaultsError);
        const explained = [...paths].flatMap((path) => explainPath(input, path)?.faults ?? []);
        for (const fault of explained) assert(error.faults.some(({ message }) => message === fault.message));
        return;
      }
      for (const path of paths) {
        const entry = entries.get(path);
        const explanation = explainPath(input, path);
        assert.equal(explanation?.owner, entry?.owner);
        assert.equal(explanation?.class, entry?.class);
        assert.equal(explanation?.pinned !== undefined, entry?.pinned === true);
        assert.deepEqual(explanation?.faults ?? [], []);
        assert.equal(explanation?.claims[0]?.owner, entry?.owner);
        if (entry !== undefined) assert(explanation?.type === entry.type);
      }
    }),
    { numRuns: 500 },
  );
});
