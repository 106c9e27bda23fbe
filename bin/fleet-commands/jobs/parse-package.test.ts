import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectExcepted, collectNames, collectPackages, collectVersions, parsePackage } from './parse-package.ts';

const good = [
  ['openssl', { name: 'openssl' }],
  ['openssl=3.0.11-1~deb12u2', { name: 'openssl', version: '3.0.11-1~deb12u2' }],
  ['libc6:i386', { name: 'libc6', arch: 'i386' }],
  ['libstdc++6:amd64=1:12.2.0-14', { name: 'libstdc++6', arch: 'amd64', version: '1:12.2.0-14' }],
] as const;

test('a package is typed as apt has it, and a version may have an epoch', () => {
  for (const [text, wanted] of good) assert.deepEqual(parsePackage(text), wanted, text);
});

test('what is not a package is refused with how it is typed', () => {
  for (const text of ['', 'lib*', '-y', 'a=', 'a:', 'a=1;id', 'a b', '=1', './hello.deb']) {
    assert.throws(() => parsePackage(text), /is not a package: NAME, NAME=VERSION/, text);
  }
});

test('a package counts once, and cannot be wanted in two versions', () => {
  const jq = collectPackages('jq=1.6');
  assert.deepEqual(collectPackages('jq=1.6', jq), jq);
  assert.equal(collectPackages('jq:i386', jq).length, 2);
  assert.throws(() => collectPackages('jq=1.7', jq), /jq is named twice/);
});

test('some words need a version, and some have no use for one', () => {
  assert.deepEqual(collectVersions('jq=1.6'), [{ name: 'jq', version: '1.6' }]);
  assert.throws(() => collectVersions('jq'), /'jq' lacks the version: NAME=VERSION/);
  assert.deepEqual(collectNames('jq'), [{ name: 'jq' }]);
  assert.throws(() => collectNames('jq=1.6'), /names a version/);
});

test('what stays is named without a version, and once', () => {
  assert.deepEqual(collectExcepted('jq', ['jq']), ['jq']);
  for (const text of ['jq=1.6', 'linux-*', '']) assert.throws(() => collectExcepted(text), /is no name/, text);
});
