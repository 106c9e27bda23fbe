// The order of versions: what the manuals say, and that it is an order of any two strings. The programs themselves are
// asked in test/integration/package-versions.test.ts.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { packageSystems } from './all.ts';

const compare = Object.fromEntries(packageSystems.map(({ name, compareVersions }) => [name, compareVersions]));

const ASCENDING = {
  // deb-version(7)
  dpkg: [
    '~~',
    '~~a',
    '~',
    '',
    '0.9-9',
    '1.0~beta1~svn1245',
    '1.0~beta1',
    '1.0',
    '1.0-0.1',
    '1.0-1~bpo12+1',
    '1.0-1',
    '1.0-1+b1',
    '1.0-1.1',
    '1.0-2',
    '1.0-10',
    '1.0+dfsg-1',
    '1.0.1',
    '1.9',
    '1.10',
    'a',
    '1:0.1',
    '10:0',
  ],
  // rpm-version(7)
  rpm: [
    '0.9-9',
    '1.0~beta1-1',
    '1.0~rc1-1',
    '1.0',
    '1.0-1~a',
    '1.0-1',
    '1.0-1^20160101',
    '1.0-1.1',
    '1.0-2',
    '1.0-10',
    '1.0^20160101~rc1-1',
    '1.0^20160101-1',
    '1.0^20160102-1',
    '1.0a-1',
    '1.0.1-1',
    '1.9-1',
    '1.10-1',
    '1:0.1-1',
    '10:0-1',
  ],
} as const;
const EQUAL = {
  dpkg: [
    ['1.0', '0:1.0'],
    ['1.0', '1.0-0'],
    ['1.01', '1.1'],
    ['1.0', '1.'],
  ],
  rpm: [
    ['1.0-1', '0:1.0-1'],
    ['1.01-1', '1.1-1'],
    ['1.0-1', '1_0-1'],
    ['1.0-1', '1.0.-1'],
    ['1.0-1', ':1.0-1'],
  ],
} as const;

for (const name of ['dpkg', 'rpm'] as const) {
  suite(`versions of ${name}`, () => {
    const compareVersions = compare[name] ?? assert.fail();
    const sign = (a: string, b: string): number => Math.sign(compareVersions(a, b));

    test('every one is newer than all before it', () => {
      ASCENDING[name].forEach((a, i) =>
        ASCENDING[name].forEach((b, j) => assert.equal(sign(a, b), Math.sign(i - j), `${a} ${b}`)),
      );
    });

    test('other spellings are the same version', () => {
      for (const [a, b] of EQUAL[name]) assert.equal(sign(a, b), 0, `${a} ${b}`);
    });

    const version = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'019az~^:-+._ '.split('')), maxLength: 8 }),
    );
    test('any strings have an order', () => {
      fc.assert(
        fc.property(version, version, version, (a, b, c) => {
          assert.equal(sign(a, b) + sign(b, a), 0);
          assert.equal(sign(a, a), 0);
          const [x = '', y = '', z = ''] = [a, b, c].sort(compareVersions);
          assert.ok(sign(x, y) <= 0 && sign(y, z) <= 0 && sign(x, z) <= 0);
          if (sign(x, y) === 0) assert.equal(sign(x, z), sign(y, z));
        }),
        { numRuns: 2000 },
      );
    });

    test('long strings take no long time', () => {
      const hostile = ['0', '9', 'a', '~', '^', '-', ':', '.', '1.', 'a1', '1a~'].map((part) => part.repeat(10_000));
      const started = performance.now();
      for (const a of hostile) for (const b of hostile) sign(`${a}1`, `${b}2`);
      for (const a of hostile) assert.equal(sign(`${a}1`, `${a}1 `), sign('1', '1 '));
      const milliseconds = (performance.now() - started) / (hostile.length * hostile.length);
      assert.ok(milliseconds < 20, `${milliseconds} ms for one`);
    });
  });
}
