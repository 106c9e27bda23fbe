import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foreseeEntryFaults } from './foresee-entry-faults.ts';

for (const { what, efi, expected } of [
  { what: 'a BIOS', efi: undefined, expected: /^$/ },
  { what: 'firmware that says nothing of its room', efi: { variables: 'writable' }, expected: /^$/ },
  { what: 'firmware with room', efi: { variables: 'writable', freeBytes: 40_000 }, expected: /^$/ },
  {
    what: 'full firmware',
    efi: { variables: 'writable', freeBytes: 0 },
    expected: /memory for variables is full.*EFI\/BOOT/,
  },
  { what: 'U-Boot', efi: { variables: 'read-only', freeBytes: 0 }, expected: /variables are read-only; .*EFI\/BOOT/ },
  { what: 'variables that are hidden', efi: { variables: 'hidden' }, expected: /are not to be seen; .*EFI\/BOOT/ },
] as const) {
  test(`the plan says what will keep an entry out: ${what}`, () => {
    assert.match(foreseeEntryFaults(efi).join('\n'), expected);
  });
}
