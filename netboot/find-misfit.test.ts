import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMisfit } from './find-misfit.ts';

const CASES: [record: { ARCH?: string }, firmware: string | undefined, why: RegExp | undefined][] = [
  [{}, undefined, undefined],
  [{}, 'amd64', undefined],
  [{ ARCH: 'amd64' }, 'amd64', undefined],
  [{ ARCH: 'arm64' }, 'arm64', undefined],
  [{ ARCH: 'arm64' }, undefined, undefined],
  [{ ARCH: 'amd64' }, 'arm64', /^its record has ARCH=amd64, but its firmware is of arm64; change ARCH/],
  [{ ARCH: 'arm64' }, 'amd64', /^its record has ARCH=arm64, but its firmware is of amd64;/],
  [{}, 'arm64', /^its record has no ARCH, which means amd64, but its firmware is of arm64;/],
  [{ ARCH: 'sparc' }, undefined, /^ARCH=sparc cannot be installed, only amd64 and arm64 can$/],
];

for (const [record, firmware, why] of CASES) {
  test(`${JSON.stringify(record)} on ${firmware ?? 'an unknown firmware'}`, () => {
    const found = findMisfit(record, firmware);
    if (why === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', why);
  });
}
