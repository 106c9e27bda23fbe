import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { list } from './list.ts';

// Debian 12: a held package, one whose postinst fails, one that is removed, one of two architectures.
const SHOWN = `lab-base	all	1.0-1	install	installed	ok
lab-fail	all	1.0	install	half-configured	ok
lab-gone	all	1.0	deinstall	config-files	ok
lab-held	all	1.0-1	hold	installed	ok
lab-lib	amd64	1:2.0~rc1-1	install	installed	ok
lab-lib	i386	1:2.0~rc1-1	install	installed	ok
`;
const AUTO = `Package: lab-lib
Architecture: i386
Auto-Installed: 1

Package: lab-base
Architecture: amd64
Auto-Installed: 1

Package: lab-held
Architecture: amd64
Auto-Installed: 0

`;

test('installed packages, each with what is special about it', () => {
  assert.deepEqual(answer(list, [SHOWN], [AUTO]), [
    { name: 'lab-base', arch: 'all', version: '1.0-1', flags: ['auto'], origin: '' },
    { name: 'lab-fail', arch: 'all', version: '1.0', flags: ['broken', 'half-configured'], origin: '' },
    { name: 'lab-held', arch: 'all', version: '1.0-1', flags: ['held'], origin: '' },
    { name: 'lab-lib', arch: 'amd64', version: '1:2.0~rc1-1', flags: [], origin: '' },
    { name: 'lab-lib', arch: 'i386', version: '1:2.0~rc1-1', flags: ['auto'], origin: '' },
  ]);
});

for (const [row, flags] of [
  ['install\thalf-installed\treinstreq', ['broken', 'half-installed', 'reinstall-required']],
  ['install\tinstalled\treinstreq', ['broken', 'reinstall-required']],
  ['install\tunpacked\tok', ['broken', 'unpacked']],
  ['hold\tunpacked\tok', ['broken', 'held', 'unpacked']],
  ['install\ttriggers-awaited\tok', ['broken', 'triggers-awaited']],
  ['install\ttriggers-pending\tok', ['broken', 'triggers-pending']],
  ['deinstall\tinstalled\tok', []],
  ['install\tsome-later-state\tok', ['broken']],
] as const) {
  test(`${row.replaceAll('\t', ' ')}: ${flags.join(', ') || 'nothing special'}`, () => {
    const [item] = answer(list, [`lab\tall\t1\t${row}\n`], [undefined]);
    assert.deepEqual(item?.flags, flags);
  });
}

test('what is not installed is left out, and there may be no package at all', () => {
  assert.deepEqual(answer(list, ['lab\tall\t\tinstall\tnot-installed\tok\n']), []);
  assert.deepEqual(answer(list, ['']), []);
});

test('a line of another shape is an error with its number', () => {
  assert.throws(() => answer(list, [`${SHOWN}what\x1b[2Jis this\n`]), {
    message: /dpkg-query --show:7: error: expected 6 fields between tabs\n {4}what \[2Jis this/,
  });
});
