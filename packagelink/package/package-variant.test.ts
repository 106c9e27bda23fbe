import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseVariant } from './package-variant.ts';

const cases: [there: string[], key: { OSREV?: string; ARCH?: string }, chosen: string | undefined][] = [
  [['a', 'a@amd64', 'a@12-amd64'], { OSREV: '12', ARCH: 'amd64' }, 'a@12-amd64'],
  [['a', 'a@amd64', 'a@12-amd64'], { ARCH: 'amd64' }, 'a@amd64'],
  [['a', 'a@amd64'], { OSREV: '12', ARCH: 'arm64' }, 'a'],
  [['a@arm64'], { ARCH: 'amd64' }, undefined],
  [['a', 'a@undefined', 'a@', 'a@-'], {}, 'a'],
  [['a', 'a@', 'a@12-', 'a@-amd64', 'a@undefined-amd64'], { OSREV: '', ARCH: 'amd64' }, 'a'],
];
for (const [there, key, chosen] of cases)
  test(`of ${there.join(' ')}, a machine with ${JSON.stringify(key)} gets ${chosen}`, () => {
    assert.equal(
      chooseVariant('a', key, (name) => there.includes(name)),
      chosen,
    );
  });
