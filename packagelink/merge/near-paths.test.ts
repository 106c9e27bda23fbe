import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearPaths } from './near-paths.ts';

const known = [
  { path: 'bin', target: 'usr/bin' },
  { path: 'etc' },
  { path: 'etc/alternatives/editor', target: '/usr/bin/vi' },
  { path: 'etc/motd', template: 'etc/motd.in' },
  { path: 'etc/mtab', target: '../proc/self/mounts' },
  { path: 'lib64', target: '/usr/lib/x86' },
  { path: 'usr/bin/ls' },
  { path: 'usr/lib/x86/ld.so' },
  { path: 'usr/share/motd' },
];

const cases: [wanted: string, expected: string[]][] = [
  ['etc/motd.plprocess', ['etc/motd', 'usr/share/motd']],
  ['etc/motd.in', ['etc/motd']],
  ['etc/mot', ['etc/motd']],
  ['var/MOTD', ['etc/motd', 'usr/share/motd']],
  ['bin/ls', ['usr/bin/ls']],
  ['lib64/ld.so', ['usr/lib/x86/ld.so']],
  ['no/such/thing', []],
  ['', ['bin', 'etc', 'lib64']],
];

for (const [wanted, expected] of cases) {
  test(`near '${wanted}'`, () => assert.deepEqual(nearPaths(wanted, known), expected));
}

test('never many', () => {
  const many = Array.from({ length: 50 }, (_, index) => ({ path: `d${index}/x` }));
  assert.equal(nearPaths('x', many).length, 5);
});
