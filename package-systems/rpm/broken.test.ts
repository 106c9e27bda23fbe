import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../recorded-answer.ts';
import { broken } from './broken.ts';

// dnf 4.14: one that ended, and one that was killed.
const ENDED = `Transaction ID : 1
Begin time     : Mon Nov 30 16:46:34 2026
Begin rpmdb    : e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
End time       : Mon Nov 30 16:46:35 2026 (1 seconds)
End rpmdb      : 610bda983b4d0cdea12ce96ea4310651bb16611836ea667003c35007af105a70 **
User           : System <unset>
Return-Code    : Success
Releasever     : 1
Command Line   : --quiet --assumeyes install lab-conf lab-base-1.0
Comment        : 
Packages Altered:
    Install lab-base-1.0-1.noarch @lab
`;
const KILLED = `Transaction ID : 2
Begin time     : Mon Nov 30 16:48:00 2026
Begin rpmdb    : 8122ee66c5e75168e9e83a78c995bcd3ef017cd9b75ace629c3da3d0f241c520
End time       : Thu Jan  1 00:00:00 1970 (-1796057280 seconds)
End rpmdb      :  **
User           : System <unset>
Return-Code    : Failure: 1
Releasever     : 
Command Line   : -C -y install /tmp/lab-slow-1-1.noarch.rpm
Comment        : 
Packages Altered:
 ** Install lab-slow-1-1.noarch @@commandline
`;
const NONE = { exitCode: 1, stderr: 'No transactions\n' };

test('a host that is well', () => {
  assert.deepEqual(answer(broken, ['', ENDED]), []);
  assert.deepEqual(answer(broken, ['This system is not registered with an entitlement server.\n', ENDED]), []);
  assert.deepEqual(answer(broken, ['', NONE]), []);
});

test('a transaction that was cut off, until its packages are as they should be', () => {
  assert.deepEqual(answer(broken, ['', KILLED, 'lab-base-1-1.noarch\n']), [
    'transaction 2 of dnf was cut off: -C -y install /tmp/lab-slow-1-1.noarch.rpm; what is not done of it: Install lab-slow-1-1.noarch',
  ]);
  assert.deepEqual(answer(broken, ['', KILLED, 'lab-slow-1-1.noarch\n']), []);
  const upgrade = `${KILLED} ** Upgrade lab-base-1:1.1-1.noarch @lab\n ** Upgraded lab-base-1.0-1.noarch @@System\n`;
  const both = 'lab-slow-1-1.noarch\nlab-base-1.0-1.noarch\nlab-base-1:1.1-1.noarch\n';
  assert.match(answer(broken, ['', upgrade, both])[0] ?? '', /not done of it: Upgraded lab-base-1\.0-1\.noarch$/);
  assert.deepEqual(answer(broken, ['', upgrade, both.replace('lab-base-1.0-1.noarch\n', '')]), []);
});

test('what dnf mark notes was not cut off', () => {
  assert.deepEqual(answer(broken, ['', KILLED.replace('Failure: 1', 'Success')]), []);
});

test("dependencies and duplicates, in dnf's words", () => {
  const found = 'lab-conf-1.0-1.noarch has missing requires of lab-base\nlab-a-1-1 is a duplicate with lab-a-2-1\n';
  assert.deepEqual(answer(broken, [{ exitCode: 1, stdout: found }, ENDED]), found.trim().split('\n'));
});

test('words that are not understood are told when something was found', () => {
  const talks = 'This system is not registered.\n';
  const known = 'lab-conf-1.0-1.noarch has missing requires of lab-base\n';
  assert.deepEqual(answer(broken, [{ exitCode: 1, stdout: `${talks}${known}` }, ENDED]), [known.trim()]);
  assert.deepEqual(answer(broken, [{ exitCode: 1, stdout: 'something else\n' }, ENDED]), ['something else']);
});

// dnf 5.4.
test('of dnf 5, too', () => {
  const found = `lab-app-0:1.0-9.noarch
 missing require "lab-base"
lab-safe-0:1.0-1.noarch
 duplicate with "lab-safe-0:1.3-1.noarch"
Check discovered 2 problem(s) in 2 package(s)
`;
  const killed = `Transaction ID : 2
Begin rpmdb    : 05b711d6f7e5211faaa796f8e0c5861b66eb2d67a7f6ab477fe4c147560a3952
End time       : 1970-01-01 00:00:00
End rpmdb      : 
User           : 0 root <root>
Status         : Started
Description    : dnf -y -q install /srv/slow/slow.rpm
`;
  assert.deepEqual(answer(broken, [{ exitCode: 1, stdout: found }, killed]), [
    'lab-app-0:1.0-9.noarch missing require "lab-base"',
    'lab-safe-0:1.0-1.noarch duplicate with "lab-safe-0:1.3-1.noarch"',
    'transaction 2 of dnf was cut off: dnf -y -q install /srv/slow/slow.rpm',
  ]);
});
