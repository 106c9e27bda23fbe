import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidePlace } from './read-place.ts';
import type { PlaceFacts } from './read-place.ts';

const cases: [name: string, facts: PlaceFacts, place: string][] = [
  ['a running system', { isInitsRoot: true, isInitrd: false }, 'system'],
  ['a chroot', { isInitsRoot: false, isInitrd: false }, 'chroot'],
  ['a chroot into an unpacked initrd', { isInitsRoot: false, isInitrd: true }, 'chroot'],
  ['no /proc', { isInitsRoot: undefined, isInitrd: false }, 'chroot'],
  ['an initrd', { isInitsRoot: true, isInitrd: true }, 'install'],
];

for (const [name, facts, place] of cases) {
  test(`${name}: ${place}`, () => assert.equal(decidePlace(facts), place));
}
