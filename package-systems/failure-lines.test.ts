import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureLines as ofDpkg } from './dpkg/failure-lines.ts';
import { failureLines as ofRpm } from './rpm/failure-lines.ts';

const script = `Setting up shop (1.1) ...
shop: cannot open its database
dpkg: error processing package shop (--configure):
 installed shop package post-installation script subprocess returned error exit status 1
Errors were encountered while processing:
 shop
E: Sub-process /usr/bin/dpkg returned an error code (1)
`;
const silent = script.replace('shop: cannot open its database\n', '');
const full = `Unpacking big (1) ...
dpkg: error processing archive /srv/packages/stable/big_1_all.deb (--unpack):
 cannot copy extracted data for './usr/share/big/data' to '/usr/share/big/data.dpkg-new': failed to write (No space left on device)
`;
const exit1 = 'installed shop package post-installation script subprocess returned error exit status 1';

const cases: readonly [what: string, lines: readonly string[], expected: readonly string[]][] = [
  ["a script's last words, and dpkg's", ofDpkg(script), ['shop: cannot open its database', exit1]],
  ['a script that says nothing', ofDpkg(silent), [exit1]],
  ['recovery, which fails in the same way', ofDpkg(script + script), ['shop: cannot open its database', exit1]],
  [
    'a full disk',
    ofDpkg(full),
    [
      "cannot copy extracted data for './usr/share/big/data' to '/usr/share/big/data.dpkg-new': failed to write (No space left on device)",
    ],
  ],
  ['apt itself', ofDpkg('Err:1 x\nE: Unable to fetch some archives\n'), ['E: Unable to fetch some archives']],
  ['dpkg: all is well', ofDpkg('Setting up shop (1.2) ...\n'), []],
  [
    'dnf',
    ofRpm(
      'Running transaction test\nError: Transaction test error:\n  big needs 1MB more space on the / filesystem\n\n',
    ),
    ['Error: Transaction test error:', 'big needs 1MB more space on the / filesystem'],
  ],
  [
    'a scriptlet of rpm',
    ofRpm('error: %preun(shop-1-1.noarch) scriptlet failed, exit status 1\nComplete!\n'),
    ['error: %preun(shop-1-1.noarch) scriptlet failed, exit status 1'],
  ],
  ['rpm: all is well', ofRpm('Errors: none\nComplete!\n'), []],
];

for (const [what, lines, expected] of cases) {
  test(what, () => {
    assert.deepEqual(lines, expected);
  });
}
