import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { isPackagePath } from '../../packagelink/package/package-path.ts';
import { parseMemberPath } from './member-path.ts';

test('member path: whatever the bytes are, what is not refused is a path of a package', () => {
  const part = fc.oneof(fc.constantFrom('', '.', '..', '.git', '.packagelink.yaml', 'a', ' ', '\0', '\n'), fc.string());
  const bytes = fc.oneof(
    fc.array(part).map((parts) => Buffer.from(parts.join('/'))),
    fc.uint8Array().map((array) => Buffer.from(array)),
  );
  fc.assert(
    fc.property(bytes, (name) => {
      const place = parseMemberPath(name);
      if ('fault' in place || place.path === '') return;
      assert.ok(isPackagePath(place.path));
      assert.ok(!place.path.toLowerCase().startsWith('.packagelink.yaml'));
      assert.deepEqual(parseMemberPath(Buffer.from(place.path)), place);
    }),
  );
});

for (const [name, path] of [
  ['./', ''],
  ['.', ''],
  ['a/./b', 'a/b'],
  ['a//b/', 'a/b'],
  ['usr/.packagelink.yaml', 'usr/.packagelink.yaml'],
  ['.packagelink.yaml.d', '.packagelink.yaml.d'],
  ['.gitignore', '.gitignore'],
  ['a/.git.x', 'a/.git.x'],
  ['...', '...'],
] as const) {
  test(`member path: ${name} is '${path}'`, () => {
    assert.deepEqual(parseMemberPath(Buffer.from(name)), { path });
  });
}

for (const name of [
  '.packagelink.yaml',
  './/.packagelink.yaml',
  '.PackageLink.YAML',
  '.packagelink.yaml/x',
  '.git',
  'a/.GIT/x',
]) {
  test(`member path: ${name} is refused`, () => {
    const place = parseMemberPath(Buffer.from(name));
    assert.ok(
      'fault' in place && /settings of a package|git takes for its own/.test(place.fault),
      JSON.stringify(place),
    );
  });
}
