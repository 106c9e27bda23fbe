import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findForeignSystem } from './find-foreign-system.ts';

const AMD64 = ['usr/lib64/ld-linux-x86-64.so.2'];
const ARM64 = ['usr/lib/ld-linux-aarch64.so.1'];

type Case = { record: Record<string, string>; processor?: string; image: readonly string[]; faults: readonly RegExp[] };
const CASES: readonly Case[] = [
  { record: {}, image: [], faults: [] },
  { record: {}, processor: 'amd64', image: AMD64, faults: [] },
  { record: { ARCH: 'arm64' }, processor: 'arm64', image: ARM64, faults: [] },
  { record: { ARCH: 'arm64' }, image: [...AMD64, ...ARM64], faults: [] },
  {
    record: { ARCH: 'sparc' },
    image: AMD64,
    faults: [/^ARCH: ARCH=sparc is an architecture that cannot be installed$/],
  },
  {
    record: { ARCH: 'amd64' },
    image: ARM64,
    faults: [/^IMAGE: an-image is a system for arm64, but ARCH=amd64$/],
  },
  {
    record: {},
    processor: 'arm64',
    image: AMD64,
    faults: [/^ARCH: the record has no ARCH, which means amd64, but the machine's processor is arm64$/],
  },
  {
    record: { ARCH: 'arm64' },
    processor: 'amd64',
    image: AMD64,
    faults: [/^ARCH: ARCH=arm64, but the machine's processor is amd64$/, /^IMAGE: an-image is a system for amd64/],
  },
];

for (const { record, processor, image, faults } of CASES) {
  test(`${JSON.stringify(record)} on ${processor ?? 'a processor nobody looked at'}: ${image.join(', ')}`, () => {
    const found = findForeignSystem({
      record,
      facts: processor === undefined ? {} : { architecture: processor },
      image: {
        name: 'an-image',
        entries: image.map((path) => ({ path, type: 'link', target: 'x', mtimeMs: 0 }) as never),
      },
    }).map(({ where, message }) => `${where}: ${message}`);
    assert.equal(found.length, faults.length, found.join('\n'));
    for (const [index, fault] of faults.entries()) assert.match(found[index] ?? '', fault);
  });
}
