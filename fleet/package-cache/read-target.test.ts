import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseOrigin, readTarget } from './read-target.ts';
import { tidyPath } from './tidy-path.ts';

const origins = ['deb=http://deb.example/debian/', 'sec=https://deb.example/debian/security'].map(parseOrigin);

const cases: readonly (readonly [asked: string, found: string | number])[] = [
  ['/deb/dists/stable/InRelease', 'deb dists/stable/InRelease'],
  ['/deb/./pool//a/b_1%3a2~c%2B1_all.deb', 'deb pool/a/b_1:2~c+1_all.deb'],
  ['http://deb.example/debian/dists/stable/InRelease', 'deb dists/stable/InRelease'],
  ['http://deb.example/debian/security/InRelease', 'sec InRelease'],
  ['https://deb.example/debian/InRelease', 403],
  ['http://deb.example:81/debian/InRelease', 403],
  ['http://user@deb.example/debian/InRelease', 403],
  ['http://deb.example.evil/debian/InRelease', 403],
  ['http://deb.example/debianx/InRelease', 403],
  ['http://127.0.0.1/', 403],
  ['/debx/InRelease', 403],
  ['//deb/InRelease', 403],
  ['/', 403],
  ['*', 403],
  ['/deb/', 404],
  ['/deb/pool/', 404],
  ['/deb/../sec/InRelease', 404],
  ['/deb/%2e%2e/sec/InRelease', 404],
  ['/deb/a%00b', 404],
  ['/deb/a%0d%0ab', 404],
  ['/deb/a%5c..%5cb', 404],
  [`/deb/${'a'.repeat(1001)}`, 404],
  ['/deb/%zz', 400],
  ['/deb/%ff', 400],
  ['/deb/InRelease?arch=amd64', 400],
];

suite('what a host asks for', () => {
  for (const [asked, found] of cases) {
    test(asked.slice(0, 80), () => {
      const target = readTarget(asked, origins);
      assert.equal('status' in target ? target.status : `${target.origin.name} ${target.path}`, found);
    });
  }
});

test('whatever is asked for, its address begins with that of an origin', () => {
  const part = fc.constantFrom('..', '.', '%2e', '/', '%2f', 'a', '@', ':', '\\', '%5c', '?', '#', 'deb', ' ');
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const target = readTarget(`/deb/${parts.join('')}`, origins);
      if ('status' in target) return;
      const { url } = target.origin;
      const address = new URL(`${url}/${target.path.split('/').map(encodeURIComponent).join('/')}`);
      assert.ok(address.href.startsWith(`${url}/`));
    }),
  );
});

test('a path in its one form keeps it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const path = tidyPath(text);
      if (path !== undefined) assert.equal(tidyPath(path), path);
    }),
  );
});

test('an origin is a name and an address', () => {
  assert.deepEqual(parseOrigin('a=https://b.example/c//'), { name: 'a', url: 'https://b.example/c' });
  for (const text of ['a', 'a=ftp://b', 'A=http://b', 'a=http://u:p@b', 'a=http://b?c', 'a=http://', '=http://b']) {
    assert.throws(() => parseOrigin(text), /is not NAME=URL/, text);
  }
});
