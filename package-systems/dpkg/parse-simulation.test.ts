import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSimulation } from './parse-simulation.ts';

for (const [line, found] of [
  ['Inst lab [1.0] (2.0 Lab:stable [all])', 'lab all 1.0 2.0 Lab:stable'],
  ['Inst lab (1 Lab:stable [all])', 'lab all - 1 Lab:stable'],
  ['Inst lab [1] (2 [all])', 'lab all 1 2 '],
  [
    'Inst tzdata [2017b-1] (2017c-0+deb9u1 Debian:9.3/stable, Debian:stable-updates [all])',
    'tzdata all 2017b-1 2017c-0+deb9u1 Debian:9.3/stable, Debian:stable-updates',
  ],
  [
    'Inst php5-cli:i386 [5.3.10-1ubuntu3.17] (5.3.10-1ubuntu3.18 Ubuntu:12.04/precise-updates [i386]) []',
    'php5-cli i386 5.3.10-1ubuntu3.17 5.3.10-1ubuntu3.18 Ubuntu:12.04/precise-updates',
  ],
  [
    'Inst libperl5.22 [5.22.1-9] (5.22.1-10 Ubuntu:16.04/xenial-security [amd64]) [perl:amd64 on lab:amd64] [perl:amd64 ]',
    'libperl5.22 amd64 5.22.1-9 5.22.1-10 Ubuntu:16.04/xenial-security',
  ],
  // An origin with blanks, and no comma behind it.
  [
    'Inst rudder-agent [4.1.0~rc1-jessie0] (4.1.0-jessie0 release/4.1.0-2 jessie:jessie [amd64])',
    'rudder-agent amd64 4.1.0~rc1-jessie0 4.1.0-jessie0 release/4.1.0-2 jessie:jessie',
  ],
] as const) {
  test(line, () => {
    const { installs, removes } = parseSimulation(
      `Reading package lists...\n${line}\nConf lab (2.0 Lab:stable [all])\n`,
    );
    assert.deepEqual(
      installs.map(({ name, arch, before, version, origin }) => [name, arch, before ?? '-', version, origin].join(' ')),
      [found],
    );
    assert.deepEqual(removes, []);
  });
}

test('removals, also with their configuration and of another architecture', () => {
  const { removes } = parseSimulation('Remv lab [1.0]\nPurg lab-conf:i386 [2:1.0-1]\nRemv lab-b [1] [lab:amd64 ]\n');
  assert.deepEqual(removes, [
    { name: 'lab', arch: '', version: '1.0' },
    { name: 'lab-conf', arch: 'i386', version: '2:1.0-1' },
    { name: 'lab-b', arch: '', version: '1' },
  ]);
});
