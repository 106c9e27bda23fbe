import assert from 'node:assert/strict';
import { test } from 'node:test';
import { machineVariables } from '../lib/known-variables.ts';
import { createPublicFilter, filterRecord, withoutHidden } from './filter-record.ts';

const RECORD = { IP: '10.77.0.9', ROOT_KEYS: 'ssh-ed25519 AAAA', SSH_HOST_KEYS: '/etc/ssh', ROOM: 'A', OWNER: 'ann' };

test('a machine is told what it is installed from, and what its templates use', () => {
  const { OWNER: _nobodyAsked, ...told } = RECORD;
  assert.deepEqual(filterRecord(RECORD, ['ROOM'], 'lab01'), told);
});

test('everybody is told what booting needs, and not who gets in', () => {
  assert.deepEqual(createPublicFilter([])(RECORD), { IP: '10.77.0.9' });
});

test('a hash of a password is for the machine that its template is for, and for nobody else', () => {
  const record = { IP: '10.77.0.9', ROOT_PASSWORD_HASH: '$6$x' };
  const told = filterRecord(record, ['ROOT_PASSWORD_HASH'], 'lab01');
  assert.deepEqual(told, record);
  assert.deepEqual(withoutHidden(told), { IP: '10.77.0.9' });
  assert.deepEqual(createPublicFilter(['*', 'ROOT_PASSWORD_HASH'])(record), { IP: '10.77.0.9' });
});

test('no variable of machines is kept from the machine that it is about', () => {
  const record = Object.fromEntries(Object.keys(machineVariables).map((name) => [name, 'x']));
  assert.deepEqual(filterRecord(record, [], 'lab01'), record);
});
