import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exportText } from './export-text.ts';

const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJkqdb3aSmsQgAaJ0vH9W87XIUoA4rGvgdnyKvP6lGg';
const ECDSA =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBdtObLnMmL4Pic9g3xoMbqcjspE+82WX9PvzqCLQC50craIcZigi8cWpfqLoUCU6uBBz+fswSwt2g/knwxKvks=';

const DATABASE = `lab:
 DOMAIN=lab.example
a: lab
 IP=10.77.0.1
 IP6=2001:db8::1
 ALIASES="www files.o.example"
 NIC_storage_IP=10.78.0.1
b: lab
 IP=10.77.0.2
c:
 IP=10.77.0.3
 DOMAIN=o.example
b-storage: lab
 IP=10.77.0.4
silent: lab
 IP=10.77.0.5
`;

const lines = (text: string) => text.split('\n').slice(1, -1);

test('a line for each key, with every name and address of the machine', () => {
  const hostKeys = new Map([['a', [ED25519, ECDSA]]]);
  const names = 'a.lab.example,a,www.lab.example,www,files.o.example,a-storage.lab.example,a-storage';
  const { text, said } = exportText('known-hosts', DATABASE, { hostKeys });
  assert.deepEqual(lines(text), [
    `${names},10.77.0.1,2001:db8::1,10.78.0.1 ${ED25519}`,
    `${names},10.77.0.1,2001:db8::1,10.78.0.1 ${ECDSA}`,
  ]);
  assert.deepEqual(said, ['b and 3 more have reported no SSH host key: left out']);
});

test('a short name of two machines is in no line', () => {
  const database = 'a:\n DOMAIN=x.example\n IP=10.0.0.1\nb:\n DOMAIN=y.example\n IP=10.0.0.2\n ALIASES=a\n';
  const { text } = exportText('known-hosts', database, { hostKeys: new Map([['a', [ED25519]]]) });
  assert.deepEqual(lines(text), [`a.x.example,10.0.0.1 ${ED25519}`]);
});

test('a card without an address has no name', () => {
  const database = 'b:\n IP=10.0.0.1\n ALIASES=b-n\n NIC_n_MAC=0:0:0:0:1:1\n';
  const { text, said } = exportText('known-hosts', database, { hostKeys: new Map([['b', [ED25519]]]) });
  assert.deepEqual([lines(text), said], [[`b,b-n,10.0.0.1 ${ED25519}`], []]);
});

test('what is no host key is never written, and machines that are in no record are not', () => {
  const hostKeys = new Map([
    ['b', [`${ED25519} more`, `${ED25519}\n* ${ECDSA}`]],
    ['gone', [ED25519]],
  ]);
  const { text, said } = exportText('known-hosts', 'b:\n IP=10.0.0.1\n', { hostKeys });
  assert.deepEqual(lines(text), []);
  assert.deepEqual(said, ['b has reported no SSH host key: left out']);
  const mixed = new Map([['b', [`${ED25519} more`, ECDSA, `${ED25519}\n* ${ECDSA}`]]]);
  assert.deepEqual(lines(exportText('known-hosts', 'b:\n IP=10.0.0.1\n', { hostKeys: mixed }).text), [
    `b,10.0.0.1 ${ECDSA}`,
  ]);
});
