import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileGlobs } from './glob.ts';

const cases: [pattern: string, path: string, expected: boolean][] = [
  ['/var/**', 'var/log/x', true],
  ['/var/**', 'var', false],
  ['/var/**', 'usr/var/x', false],
  ['etc/ssh/ssh_host_*', 'etc/ssh/ssh_host_rsa_key.pub', true],
  ['etc/ssh/ssh_host_*', 'etc/ssh/ssh_host_x/y', false],
  ['**/*.pem', 'a.pem', true],
  ['**/*.pem', 'a/b/c.pem', true],
  ['a/**/b', 'a/b', true],
  ['a/**/b', 'a/x/y/b', true],
  ['boot/initrd.img?', 'boot/initrd.img-', true],
  ['boot/initrd.img', 'boot/initrdximg', false],
  ['a+(b)', 'a+(b)', true],
];

for (const [pattern, path, expected] of cases) {
  test(`glob: ${pattern} ${expected ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(compileGlobs([pattern])(path), expected);
  });
}

test('glob: patterns that cannot match are refused', () => {
  for (const pattern of ['', '/', 'a//b', '../x', 'etc/'])
    assert.throws(() => compileGlobs([pattern]), /not a pattern/);
});

test('glob: no patterns match nothing', () => assert.equal(compileGlobs([])(''), false));
