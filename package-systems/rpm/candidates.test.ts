import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { candidates } from './candidates.ts';

// dnf 4.14.
const ALL = `	lab-base	1	1.1-1	noarch	lab
	lab-excluded	0	1.1-1	noarch	lab
	lab-kept	0	1.1-1	noarch	lab
	lab-safe	0	1.1-1	noarch	lab
	lab-with-a-name-that-breaks-the-lines-of-every-table	0	1.1-1	noarch	lab
`;
const UPGRADES = ALL.replace(/^\tlab-excluded.*\n/m, '');
const SECURITY = '	lab-safe	0	1.1-1	noarch	lab\n';
const ASKED = {
  exitCode: 1,
  stdout: `Last metadata expiration check: 0:00:03 ago on Mon Nov 30 16:40:01 2026.
Dependencies resolved.
================================================================================
 Package             Architecture      Version             Repository      Size
================================================================================
Upgrading:
 lab-base            noarch            1:1.1-1             lab            6.3 k
 lab-safe            noarch            1.1-1               lab            6.3 k
Skipping packages with broken dependencies:
 lab-kept            noarch            1.1-1               lab            6.3 k
 lab-with-a-name-that-breaks-the-lines-of-every-table
                     noarch            1.1-1               lab            6.3 k

Transaction Summary
================================================================================
Upgrade  2 Packages
Skip     2 Packages

Total size: 13 k
`,
};
const REFUSED = { exitCode: 1, stderr: 'Error: This command has to be run with superuser privileges.\n' };

test('what an upgrade brings, and why it leaves out the others', () => {
  assert.deepEqual(answer(candidates, [ALL, UPGRADES, SECURITY, '', ASKED]), [
    { name: 'lab-base', arch: 'noarch', version: '1:1.1-1', flags: [], origin: 'lab' },
    { name: 'lab-excluded', arch: 'noarch', version: '1.1-1', flags: ['held'], origin: 'lab' },
    { name: 'lab-kept', arch: 'noarch', version: '1.1-1', flags: ['kept-back'], origin: 'lab' },
    { name: 'lab-safe', arch: 'noarch', version: '1.1-1', flags: ['security'], origin: 'lab' },
    {
      name: 'lab-with-a-name-that-breaks-the-lines-of-every-table',
      arch: 'noarch',
      version: '1.1-1',
      flags: ['kept-back'],
      origin: 'lab',
    },
  ]);
});

test('a lock holds, of which queries take no notice', () => {
  const found = answer(candidates, [ALL, ALL, '', '', REFUSED], ['lab-safe-0:1.0-1.*\n', undefined, undefined]);
  assert.deepEqual(
    found.filter(({ flags }) => flags.includes('held')).map(({ name }) => name),
    ['lab-safe'],
  );
});

test('without root, nothing is known of what is kept back', () => {
  const found = answer(candidates, [ALL, UPGRADES, SECURITY, '', REFUSED]);
  assert.deepEqual(
    found.map(({ flags }) => flags.join()),
    ['', 'held', '', 'security', ''],
  );
});

test('nothing to upgrade', () => {
  assert.deepEqual(
    answer(candidates, ['', '', '', '', { stdout: 'Dependencies resolved.\nNothing to do.\nComplete!\n' }]),
    [],
  );
});

test('packages that take the place of others', () => {
  const updates = `
kernel.noarch                                6-1                             lab 
Obsoleting Packages
lab-new.noarch                               1:2-1                           lab 
    lab-old.noarch                           1-1                             @lab
lab-new.noarch                               1:2-1                           lab 
    lab-older.noarch                         1-1                             @lab
lab-with-a-name-that-breaks-the-lines-of-every-table-1.2.x86_64
                                             2-1                             lab 
    lab-oldest.noarch                        1-1                             @lab
`;
  assert.deepEqual(answer(candidates, ['', '', '', { exitCode: 100, stdout: updates }, REFUSED]), [
    { name: 'lab-new', arch: 'noarch', version: '1:2-1', flags: ['replacement'], origin: 'lab' },
    {
      name: 'lab-with-a-name-that-breaks-the-lines-of-every-table-1.2',
      arch: 'x86_64',
      version: '2-1',
      flags: ['replacement'],
      origin: 'lab',
    },
  ]);
});

// dnf 5.4, asked by an ordinary user.
const ALL5 = `	lab-base	1	1.1-1	noarch	lab
	lab-held	0	1.1-1	noarch	lab
	lab-kept	2	1.1-1	noarch	lab
	lab-lock	0	1.1-1	noarch	lab
	lab-safe	0	1.1-1	noarch	lab
`;
const ASKED5 = {
  exitCode: 1,
  stdout: `Updating and loading repositories:
Repositories loaded.
Problem: cannot install the best update candidate for package lab-kept-1.0-1.noarch
  - nothing provides lab-nowhere needed by lab-kept-2:1.1-1.noarch from lab

Package               Arch   Version Repository      Size
Upgrading:
 lab-base             noarch 1:1.1-1 lab          4.0   B
   replacing lab-base noarch 0:1.0-1 lab          4.0   B
 lab-safe             noarch 0:1.1-1 lab          4.0   B
   replacing lab-safe noarch 0:1.0-1 lab          4.0   B
Installing:
 kernel               noarch 0:6-1   lab          2.0   B
 lab-new              noarch 1:2-1   lab          2.0   B
   replacing lab-old  noarch 0:1.0-1 lab          4.0   B
   replacing lab-odd  noarch 0:1.0-1 lab          4.0   B
Installing dependencies:
 lab-needed           noarch 0:1.0-1 lab          4.0   B
Skipping packages with broken dependencies:
 lab-kept             noarch 2:1.1-1 lab          4.0   B

Transaction Summary:
 Installing:         1 package
`,
};

test('dnf 5 tells whoever asks what is kept back, and what takes the place of others', () => {
  const upgrades = ALL5.replaceAll(/^\tlab-(?:held|lock).*\n/gm, '');
  const updates = { exitCode: 100, stdout: 'Upgrades\nlab-base.noarch 1:1.1-1 lab\nlab-kept.noarch 2:1.1-1 lab\n' };
  const found = answer(candidates, [ALL5, upgrades, '	lab-safe	0	1.1-1	noarch	lab\n', updates, ASKED5]);
  assert.deepEqual(
    found.map(({ name, version, flags }) => `${name} ${version} ${flags.join()}`),
    [
      'lab-base 1:1.1-1 ',
      'lab-held 1.1-1 held',
      'lab-kept 2:1.1-1 kept-back',
      'lab-lock 1.1-1 held',
      'lab-safe 1.1-1 security',
      'lab-new 1:2-1 replacement',
    ],
  );
});

test('dnf 4 ends each line by itself, and plugins talk', () => {
  const talks = `Updating Subscription Management repositories.\n${ALL.replaceAll('\n', '\n\n')}`;
  assert.equal(answer(candidates, [talks, talks, '', '', REFUSED]).length, 5);
});
