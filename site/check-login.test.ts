import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMachdb } from '../machdb/check.ts';
import { parseMachdb } from '../machdb/parse.ts';
import { loginNotes } from './check-login.ts';
import { siteChecks } from './site-checks.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';

function faultsOf(text: string): string[] {
  const db = parseMachdb([{ path: 'a.db', text }]);
  const faults = checkMachdb(db, siteChecks(new Set()), { warnings: false });
  return faults.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);
}

test('ROOT_KEYS that are not public keys are faults at their line', () => {
  const text = `login:\nROOT_KEYS=secret\na: login\nIP=10.0.0.1\nb: login\nIP=10.0.0.2\nROOT_KEYS="ssh-ed25519 ${KEY} ann"\n`;
  assert.deepEqual(faultsOf(text), ["error 2: ROOT_KEYS: 'secret' is neither a public key nor a comment behind a key"]);
});

test('a directory of host keys is plain, and on a data partition if it is to be kept', () => {
  const partition = 'PARTITION=disk0: (a 4G ext4 /) (b 1G ext4 /srv data) (c 1G ext4 /srv/www)';
  const text = ['/etc/ssh', '/srv/keys', '/srv/www/keys', '/srvx', '/srv/../etc', '/srv/a b']
    .map((directory, index) => `m${index}:\nIP=10.0.0.${index + 1}\n${partition}\nSSH_HOST_KEYS="${directory}"\n`)
    .join('');
  const anew = 'which every installation makes anew: so is the host key';
  const wrong = 'is not an absolute path of plain letters, such as /srv/ssh-host-keys';
  assert.deepEqual(faultsOf(text), [
    `warning 12: SSH_HOST_KEYS=/srv/www/keys is on /srv/www, ${anew}`,
    `warning 16: SSH_HOST_KEYS=/srvx is on /, ${anew}`,
    `error 20: SSH_HOST_KEYS: '/srv/../etc' ${wrong}`,
    `error 24: SSH_HOST_KEYS: '/srv/a b' ${wrong}`,
  ]);
});

test('arming a machine that lets nobody in says so, where somebody was meant to get in', () => {
  const user = { USERS: 'ann', USER_ann_UID: '1001' };
  for (const [record, count] of [
    [{}, 0],
    [{ ROOT_KEYS: '' }, 1],
    [{ ROOT_KEYS: '', ...user }, 1],
    [{ ROOT_KEYS: '', ...user, USER_ann_KEYS: KEY }, 0],
    [{ ROOT_KEYS: '', ROOT_PASSWORD_HASH: '$6$' }, 0],
    [{ ROOT_KEYS: KEY }, 0],
  ] as const) {
    assert.equal(loginNotes(record).length, count, JSON.stringify(record));
  }
});
