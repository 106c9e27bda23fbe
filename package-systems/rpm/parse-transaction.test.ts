import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTransaction } from './parse-transaction.ts';

// dnf 4.14.
const PRINTED = `Last metadata expiration check: 0:00:07 ago on Mon Nov 30 17:10:03 2026.
Dependencies resolved.
================================================================================
 Package                                                Arch   Version
                                                                      Repo
                                                                           Size
================================================================================
Installing:
 lab-a-name-that-is-much-too-long-for-the-tables-of-dnf noarch 1-1    lab 6.3 k
     replacing  lab-old.noarch 1-1
     replacing  lab-1.2.x86_64 2:1-1
Upgrading:
 lab-base            noarch            1:1.1-1             lab            6.1 k
Downgrading:
 lab-conf            noarch            1.0-1               lab            6.1 k
Installing dependencies:
 lab-with-a-name-that-breaks-the-lines-of-every-table
                     noarch            1.1-1               lab            6.3 k
Removing dependent packages:
 lab-gone            noarch            1.0-1               @lab           4
Skipping packages with broken dependencies:
 lab-kept            noarch            1.1-1               lab            6.3 k

Transaction Summary
================================================================================
Install  1 Package
`;

test('what would be installed, replaced and removed, and nothing of what is skipped', () => {
  assert.deepEqual(
    parseTransaction(PRINTED).map((row) => Object.values(row).join(' ')),
    [
      'install lab-a-name-that-is-much-too-long-for-the-tables-of-dnf noarch 1-1',
      'remove lab-old noarch 1-1',
      'remove lab-1.2 x86_64 2:1-1',
      'replace lab-base noarch 1:1.1-1',
      'replace lab-conf noarch 1.0-1',
      'install lab-with-a-name-that-breaks-the-lines-of-every-table noarch 1.1-1',
      'remove lab-gone noarch 1.0-1',
    ],
  );
});

test('nothing to do, and no table at all', () => {
  assert.deepEqual(parseTransaction('Dependencies resolved.\nNothing to do.\nComplete!\n'), []);
  assert.deepEqual(parseTransaction(''), []);
});

// dnf 5.4.
const PRINTED5 = `Updating and loading repositories:
Repositories loaded.
Package               Arch   Version Repository      Size
Upgrading:
 lab-base             noarch 1:1.1-1 lab          4.0   B
   replacing lab-base noarch 0:1.0-1 lab          4.0   B
Installing:
 lab-new              noarch 0:2-1   lab          2.0   B
   replacing lab-3.11 noarch 0:1.0-1 lab          4.0   B
Installing dependencies:
 lab-more             noarch 0:1-1   lab          4.0   B
Removing dependent packages:
 lab-gone             noarch 0:1.0-1 lab          4.0   B
Skipping packages with broken dependencies:
 lab-kept             noarch 2:1.1-1 lab          4.0   B

Transaction Summary:
 Installing:         2 packages
`;

test('of dnf 5, too: what takes the place of itself is an upgrade', () => {
  assert.deepEqual(
    parseTransaction(PRINTED5).map((row) => Object.values(row).join(' ')),
    [
      'replace lab-base noarch 1:1.1-1',
      'install lab-new noarch 2-1',
      'remove lab-3.11 noarch 1.0-1',
      'install lab-more noarch 1-1',
      'remove lab-gone noarch 1.0-1',
    ],
  );
});
