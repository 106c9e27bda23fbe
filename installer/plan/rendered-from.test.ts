import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderedFrom } from './rendered-from.ts';
import { systemOf } from '../systems/all.ts';

const rendering = {
  hostname: 'lab01',
  record: {
    MAC: '52:54:00:77:00:01',
    IP: '10.0.0.1',
    NETMASK: '255.0.0.0',
    DOMAIN: 'lab',
    NAMESERVER: '10.0.0.2',
    X: 'y',
  },
  diskFiles: [{ path: '/etc/fstab', text: 'x' }],
  consoles: ['tty0'],
};

const cases: [path: string, variables: string[]][] = [
  ['/etc/hostname', ['HOSTNAME']],
  ['/etc/hosts', ['DOMAIN', 'HOSTNAME', 'IP']],
  ['/etc/resolv.conf', ['DOMAIN', 'NAMESERVER']],
  ['/etc/fstab', []],
  ['/etc/no-such-file', []],
];

for (const [path, variables] of cases) {
  test(`${path}: ${variables.join(' ') || 'nothing of the record'}`, () => {
    assert.deepEqual(renderedFrom(systemOf('debian'), rendering, path), variables);
  });
}

test("an interface's file needs what the interface is made of", () => {
  const variables = renderedFrom(systemOf('debian'), rendering, '/etc/systemd/network/10-gutinteg-0.network');
  for (const variable of ['MAC', 'IP', 'NETMASK']) assert(variables.includes(variable), variables.join(' '));
  assert(!variables.includes('X'));
});
