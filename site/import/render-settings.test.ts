import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { fileRuleSchema } from '../../packagelink/package/file-rule.ts';
import type { PlannedMember } from './plan-members.ts';
import { renderSettings } from './render-settings.ts';

function of(path: string, more: Partial<PlannedMember> = {}): PlannedMember {
  const time = { seconds: 0, nanoseconds: 0 };
  const owner = { uid: 0, gid: 0, user: '', group: '' };
  const plain = {
    type: 'file',
    mode: 0o644,
    ...owner,
    time,
    target: '',
    sizeBytes: 0,
    extents: [],
    isSparse: false,
  } as const;
  return { path, ...plain, dropped: [], ...more };
}

const render = (members: PlannedMember[], before: Record<string, unknown> = {}): unknown =>
  parse(renderSettings(members, { before, numericOwner: false }));

test('settings: nothing for what a checkout has anyway', () => {
  const plain = [
    of('a'),
    of('b', { mode: 0o755 }),
    of('d', { type: 'directory', mode: 0o755 }),
    of('d/l', { type: 'symlink', mode: 0o777 }),
  ];
  assert.equal(renderSettings(plain, { before: {}, numericOwner: false }), '');
});

test('settings: a name with * or ? is a pattern that means it alone', () => {
  const odd = of('a*b?c', { mode: 0o600 });
  assert.deepEqual(render([odd, of('aXXb'), of('aXXXbYc')]), { files: [{ match: 'a?b?c', mode: '0600' }] });
  assert.throws(() => render([odd, of('aXbYc')]), /a\*b\?c: error: .* its name as a pattern also means aXbYc/);
  assert.throws(() => render([of('*', { uid: 7 }), of('?', { uid: 7 })]), /also means/);
  // A pattern of many stars would be compared for hours.
  const stars = of(`${'*a'.repeat(120)}b`, { mode: 0o600 });
  assert.deepEqual(render([stars, of('a'.repeat(241))]), { files: [{ match: `${'?a'.repeat(120)}b`, mode: '0600' }] });
});

test('settings: what an import writes takes the place of what it wrote before', () => {
  const before = {
    priority: 60,
    files: [{ match: 'gone' }],
    emptyDirectories: ['gone'],
    verbatim: ['gone'],
    after: [],
  };
  assert.deepEqual(render([of('t.plprocess')], before), { priority: 60, after: [], verbatim: ['t.plprocess'] });
});

test('settings: files that are named as templates of the package stay files, also of its own suffix', () => {
  const members = [
    of('a.in'),
    of('b.plprocess'),
    of('c'),
    of('d.in', { type: 'directory', mode: 0o755 }),
    of('d.in/x'),
  ];
  assert.deepEqual(render(members, { suffix: '.in' }), { suffix: '.in', verbatim: ['a.in', 'b.plprocess'] });
  assert.deepEqual(render(members, { suffix: 'no/suffix' }), { suffix: 'no/suffix', verbatim: ['b.plprocess'] });
});

test('settings: attributes are text where they stay what they are', () => {
  const xattrs = new Map([
    ['user.a', Buffer.from('text')],
    ['user.b', Buffer.from('0stext')],
    ['user.c', Buffer.from([0, 255])],
    ['user.d', Buffer.from('')],
  ]);
  assert.deepEqual(render([of('f', { xattrs })]), {
    files: [{ match: 'f', xattrs: { 'user.a': 'text', 'user.b': '0sMHN0ZXh0', 'user.c': '0sAP8=', 'user.d': '' } }],
  });
});

test('settings: whatever a name is, YAML gives it back', () => {
  const name = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((text) => !/[/*\0]/.test(text) && text.isWellFormed());
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 3 }), fc.string({ unit: 'binary' }), (parts, text) => {
      const path = parts.join('/');
      const xattrs = new Map([['user.a', Buffer.from(text)]]);
      const { files } = render([of(path, { mode: 0o600, xattrs })]) as { files: { match: string; xattrs: unknown }[] };
      assert.equal(files[0]?.match, path);
      const { match: _match, ...rule } = files[0] ?? {};
      assert.deepEqual(fileRuleSchema.parse({ match: 'a', ...rule }).xattrs, {
        'user.a': Buffer.from(text).toString('base64'),
      });
    }),
  );
});

test('settings: what belongs to somebody as a whole has one line, and each exception its own', () => {
  const www = { user: 'www-data', group: 'www-data', uid: 33, gid: 33 };
  const members = [
    of('srv', { type: 'directory', mode: 0o755 }),
    of('srv/www', { type: 'directory', mode: 0o2775, ...www }),
    of('srv/www/a', www),
    of('srv/www/b', { ...www, mode: 0o600 }),
    of('srv/www/l', { ...www, type: 'symlink', mode: 0o777 }),
  ];
  assert.deepEqual(render(members), {
    files: [
      { match: 'srv/**', user: 'www-data', group: 'www-data' },
      { match: 'srv/www', mode: '2775' },
      { match: 'srv/www/b', mode: '0600' },
    ],
  });
});
