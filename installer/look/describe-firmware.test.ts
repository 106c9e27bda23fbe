import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EfiFacts } from '../../partition-specs/efi-facts.ts';
import { describeFirmware } from './describe-firmware.ts';

const efi: EfiFacts = { bits: 64, secureBoot: false, variables: 'writable', boot: { order: [], entries: [] } };

test('the firmware in words: a BIOS, UEFI, whether Secure Boot is on, what cannot be written', () => {
  const said = [
    describeFirmware({ firmware: 'bios' }),
    describeFirmware({ firmware: 'uefi', efi }),
    describeFirmware({ firmware: 'uefi', efi: { ...efi, secureBoot: true } }),
    describeFirmware({ firmware: 'uefi', efi: { ...efi, variables: 'read-only' } }),
  ];
  assert.deepEqual(said, [
    'BIOS',
    'UEFI, Secure Boot off',
    'UEFI, Secure Boot on',
    'UEFI, Secure Boot off, its variables are read-only',
  ]);
});
