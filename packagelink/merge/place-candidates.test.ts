import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import type { Manifest, ManifestEntry } from '../package/manifest.ts';
import { mergeTree } from './merge.ts';
import type { Layer, MergeInput } from './merge.ts';
import { directoryEntry, fileEntry, packageOf, symlinkEntry } from '../testing/sample-tree.ts';

type Rules = Pick<Manifest, 'replace' | 'follow' | 'directories'>;

const layer = (name: string, priority: number, entries: ManifestEntry[], rules: Rules = {}): Layer => ({
  name,
  priority,
  manifest: { ...packageOf(entries, { name }), ...rules },
});

/** `path owner type` of everything that is merged, or the faults. */
const merged = (layers: Layer[], more: Partial<MergeInput> = {}): string[] => {
  try {
    const { entries } = mergeTree({ layers, defines: {}, ...more });
    return entries.map(({ path, owner, type }) => `${path} ${owner} ${type}`);
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.faults.map(({ where, message }) => `${where}: ${message}`);
  }
};

const os = (entries: ManifestEntry[]) => layer('os', 0, entries);
const site = (entries: ManifestEntry[], rules: Rules = {}) => layer('site', 50, entries, rules);
const usrMerged = os([directoryEntry('usr'), directoryEntry('usr/lib'), symlinkEntry('lib', 'usr/lib')]);

const cases: [name: string, layers: Layer[], expected: string[]][] = [
  [
    'replace: a file over a directory that holds something',
    [os([fileEntry('d/x', 'x'), fileEntry('e', 'x')]), site([fileEntry('d', 'x')], { replace: ['d'] })],
    ['d site file', 'e os file'],
  ],
  [
    'replace: a link over a directory that holds something',
    [os([fileEntry('d/e/x', 'x')]), site([symlinkEntry('d', '/srv')], { replace: ['d'] })],
    ['d site symlink'],
  ],
  [
    'replace: a directory over a link',
    [usrMerged, site([fileEntry('lib/x', 'x')], { replace: ['lib'] })],
    ['lib site directory', 'lib/x site file', 'usr os directory', 'usr/lib os directory'],
  ],
  [
    'replace: a directory over a file',
    [os([fileEntry('d', 'x')]), site([fileEntry('d/x', 'x')], { replace: ['d'] })],
    ['d site directory', 'd/x site file'],
  ],
  [
    'replace does not reach what a higher package has',
    [layer('top', 60, [fileEntry('d/x', 'x')]), site([fileEntry('d', 'x')], { replace: ['d'] })],
    ['d: is a directory in top, but a file in site'],
  ],
  [
    'replace speaks for its path only',
    [
      os([fileEntry('d/x', 'x'), fileEntry('e/x', 'x')]),
      site([fileEntry('d', 'x'), fileEntry('e', 'x')], { replace: ['d'] }),
    ],
    ['e: is a file in site, but os has e/x below it'],
  ],
  [
    'follow: the content goes where the link leads',
    [usrMerged, site([fileEntry('lib/modules/x', 'x')], { follow: ['lib'] })],
    [
      'lib os symlink',
      'usr os directory',
      'usr/lib os directory',
      'usr/lib/modules site directory',
      'usr/lib/modules/x site file',
    ],
  ],
  [
    'follow: an absolute link leads below the target',
    [os([symlinkEntry('srv', '/data/srv')]), site([fileEntry('srv/x', 'x')], { follow: ['srv'] })],
    ['data site directory', 'data/srv site directory', 'data/srv/x site file', 'srv os symlink'],
  ],
  [
    'follow: links of links',
    [
      os([symlinkEntry('a', 'b/c'), symlinkEntry('b', 'd'), directoryEntry('d'), directoryEntry('d/c')]),
      site([fileEntry('a/x', 'x')], { follow: ['a'] }),
    ],
    ['a os symlink', 'b os symlink', 'd os directory', 'd/c os directory', 'd/c/x site file'],
  ],
  [
    'follow: a package that has both ways there',
    [usrMerged, site([fileEntry('lib/x', 'x'), fileEntry('usr/lib/y', 'y')], { follow: ['lib'] })],
    ['lib os symlink', 'usr os directory', 'usr/lib os directory', 'usr/lib/x site file', 'usr/lib/y site file'],
  ],
  [
    'follow: no link, no difference',
    [os([directoryEntry('lib')]), site([fileEntry('lib/x', 'x')], { follow: ['lib'] })],
    ['lib os directory', 'lib/x site file'],
  ],
  [
    'follow: never out of the target',
    [os([symlinkEntry('srv', '../outside')]), site([fileEntry('srv/x', 'x')], { follow: ['srv'] })],
    [
      'srv: site follows the symlink to ../outside, but it leads nowhere inside the target',
      'srv: is a directory in site, but a symlink to ../outside in os',
    ],
  ],
  [
    'follow: never in circles',
    [os([symlinkEntry('a', 'b'), symlinkEntry('b', 'a')]), site([fileEntry('a/x', 'x')], { follow: ['a'] })],
    [
      'a: site follows the symlink to b, but it leads nowhere inside the target',
      'a: is a directory in site, but a symlink to b in os',
    ],
  ],
  [
    'directories of one priority: those of lower ones are hidden, the OS is not',
    [
      os([directoryEntry('bin'), fileEntry('bin/sh', 'x')]),
      site([fileEntry('bin/tool', 'x'), fileEntry('etc/a', 'x')]),
      layer('top', 60, [fileEntry('bin/new', 'x')], { directories: 'same-priority' }),
      layer('peer', 60, [fileEntry('bin/peer', 'x')]),
    ],
    [
      'bin os directory',
      'bin/new top file',
      'bin/peer peer file',
      'bin/sh os file',
      'etc site directory',
      'etc/a site file',
    ],
  ],
  [
    'directories of one priority: what is above is not hidden',
    [site([fileEntry('d/x', 'x')], { directories: 'same-priority' }), layer('top', 60, [fileEntry('d/y', 'y')])],
    ['d top directory', 'd/x site file', 'd/y top file'],
  ],
];

for (const [name, layers, expected] of cases) {
  test(`place: ${name}`, () => {
    assert.deepEqual(merged(layers), expected);
    assert.deepEqual(merged(layers.toReversed()), expected);
  });
}

test('place: directories of one priority, for all packages at once', () => {
  const layers = [site([fileEntry('d/x', 'x'), fileEntry('e/y', 'y')]), layer('top', 60, [fileEntry('d/z', 'z')])];
  assert.deepEqual(merged(layers, { directories: 'same-priority' }), [
    'd top directory',
    'd/z top file',
    'e site directory',
    'e/y site file',
  ]);
  assert.deepEqual(merged(layers).length, 5);
});

test('place: what is refused says how to allow it', () => {
  const hints = (layers: Layer[]) => {
    try {
      mergeTree({ layers, defines: {} });
    } catch (error) {
      assert.ok(error instanceof FaultsError);
      return error.faults.map(({ suggestion }) => suggestion).join('\n');
    }
    return '';
  };
  assert.match(hints([usrMerged, site([fileEntry('lib/x', 'x')])]), /under usr\/lib, or .* follow: .*, or .* replace:/);
  assert.match(hints([os([fileEntry('d/x', 'x')]), site([fileEntry('d', 'x')])]), /replace: in the .* of site/);
});
