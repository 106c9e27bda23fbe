import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageSettingsSchema } from '../package/package-settings.ts';
import type { ScannedEntry } from './scan.ts';
import { applySiteRules } from './site-rules.ts';

const metadata = { mode: 0o664, uid: 1000, gid: 1000, mtimeSeconds: 1, mtimeNanoseconds: 0 };
const file = (path: string, more: object = {}): ScannedEntry => ({
  path,
  ...metadata,
  type: 'file',
  sizeBytes: 1,
  ...more,
});
const fifo = (path: string): ScannedEntry => ({ path, ...metadata, type: 'special', node: 'fifo' });
const link = (path: string, target: string): ScannedEntry => ({ path, ...metadata, type: 'hardlink', target });
const directory = (path: string): ScannedEntry => ({ path, ...metadata, type: 'directory' });
const ruled = (entries: ScannedEntry[], settings: object) =>
  applySiteRules(entries, packageSettingsSchema.parse(settings)).entries.map(
    ({ mtimeSeconds: _s, mtimeNanoseconds: _n, ...entry }) => entry,
  );
const root = { uid: 0, gid: 0 };
const plain = { type: 'file', sizeBytes: 1, mode: 0o644, ...root };

const cases: [name: string, entries: ScannedEntry[], settings: object, expected: object[]][] = [
  [
    'no rule',
    [file('a'), file('b', { mode: 0o775 })],
    {},
    [
      { path: 'a', ...plain },
      { path: 'b', ...plain, mode: 0o755 },
    ],
  ],
  [
    'a FIFO is the owner’s alone',
    [fifo('f')],
    {},
    [{ path: 'f', type: 'special', node: 'fifo', mode: 0o600, ...root }],
  ],
  [
    'names',
    [file('a')],
    { files: [{ match: 'a', user: 'www-data', group: 'adm' }] },
    [{ path: 'a', ...plain, user: 'www-data', group: 'adm' }],
  ],
  [
    'a later number replaces a name, and the other way round',
    [file('a')],
    {
      files: [
        { match: '*', user: 'x', gid: 5 },
        { match: 'a', uid: 7, group: 'adm' },
      ],
    },
    [{ path: 'a', ...plain, uid: 7, gid: 0, group: 'adm' }],
  ],
  [
    'attributes add up, the last value counts, and text or base64 is the same',
    [file('a')],
    {
      files: [
        { match: '*', xattrs: { 'user.b': 'x', 'user.a': '1' } },
        { match: 'a', xattrs: { 'user.b': '0seQ==' } },
      ],
    },
    [{ path: 'a', ...plain, xattrs: { 'user.a': 'MQ==', 'user.b': 'eQ==' } }],
  ],
  [
    'capabilities are for files, attributes for directories too',
    [directory('d'), file('d/a')],
    { files: [{ match: '**', capabilities: 'cap_kill=p', xattrs: { 'user.a': '1' } }] },
    [
      { path: 'd', type: 'directory', mode: 0o755, ...root, xattrs: { 'user.a': 'MQ==' } },
      { path: 'd/a', ...plain, xattrs: { 'security.capability': 'AAAAAiAAAAAAAAAAAAAAAAAAAAA=', 'user.a': 'MQ==' } },
    ],
  ],
  ['holes of the checkout mean nothing', [file('a', { sparse: true })], {}, [{ path: 'a', ...plain }]],
  [
    'holes that are asked for',
    [file('a')],
    { files: [{ match: 'a', sparse: true }] },
    [{ path: 'a', ...plain, sparse: true }],
  ],
];

for (const [name, entries, settings, expected] of cases) {
  test(`site rules: ${name}`, () => {
    assert.deepEqual(ruled(entries, settings), expected);
  });
}

const refused: [name: string, entries: ScannedEntry[], rule: object, message: RegExp][] = [
  [
    'two names of one file by two owners',
    [file('a'), link('b', 'a')],
    { match: 'b', user: 'x' },
    /b: .*hard link of a and cannot have/,
  ],
  [
    'two names with two sets of attributes',
    [file('a'), link('b', 'a')],
    { match: 'b', xattrs: { 'user.a': '' } },
    /hard link of a/,
  ],
  ['nothing matches', [file('a')], { match: 'c' }, /c: error: matches no path/],
];

for (const [name, entries, rule, message] of refused) {
  test(`site rules refuse: ${name}`, () => {
    assert.throws(() => ruled(entries, { files: [rule] }), message);
  });
}

const unparsable: [rule: object, message: RegExp][] = [
  [{ user: 33 }, /not a name; numbers belong in uid and gid/],
  [{ user: '33' }, /not the name of a user/],
  [{ user: 'a', uid: 1 }, /either uid or user/],
  [{ group: 'a', gid: 1 }, /either gid or group/],
  [{ capabilities: 'cap_x=ep' }, /'cap_x' is not a capability/],
  [{ xattrs: { 'trusted.x': 'y' } }, /not an attribute such as user.NAME/],
  [{ xattrs: { 'user.x': '0s!' } }, /not base64/],
];

for (const [rule, message] of unparsable) {
  test(`a rule is refused: ${JSON.stringify(rule)}`, () => {
    assert.throws(() => packageSettingsSchema.parse({ files: [{ match: 'a', ...rule }] }), message);
  });
}

test('site rules: a path under verbatim is a file of the package', () => {
  const entries = [file('a.plprocess'), link('b.plprocess', 'a.plprocess'), directory('d')];
  assert.equal(ruled(entries, { verbatim: ['a.plprocess', 'b.plprocess'], replace: ['a.plprocess'] }).length, 3);
  for (const verbatim of [['a'], ['d'], ['c.plprocess']]) {
    assert.throws(() => ruled(entries, { verbatim }), /verbatim: no such file in this package/);
  }
});
