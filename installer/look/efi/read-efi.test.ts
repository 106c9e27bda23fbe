import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecureBoot, variablesIn } from './read-efi.ts';

const PLACE = '/sys/firmware/efi/efivars';

for (const [mounts, expected] of [
  ['sysfs /sys sysfs rw 0 0\n', 'hidden'],
  [`efivarfs ${PLACE} efivarfs rw,nosuid,nodev,noexec,relatime 0 0\n`, 'writable'],
  // U-Boot and others take no variables once the system runs.
  [`efivarfs ${PLACE} efivarfs ro,nosuid,relatime 0 0\n`, 'read-only'],
  [`systemd-1 ${PLACE} autofs rw,relatime 0 0\n`, 'hidden'],
  [`efivarfs ${PLACE} efivarfs rw 0 0\nefivarfs ${PLACE} efivarfs ro 0 0\n`, 'read-only'],
] as const) {
  test(`variables are ${expected} where the mounts are ${JSON.stringify(mounts)}`, () => {
    assert.equal(variablesIn(mounts), expected);
  });
}

test('Secure Boot is the byte behind the attributes', () => {
  assert.equal(isSecureBoot(Buffer.from([6, 0, 0, 0, 1])), true);
  assert.equal(isSecureBoot(Buffer.from([6, 0, 0, 0, 0])), false);
  assert.equal(isSecureBoot(Buffer.from([1])), false);
  assert.equal(isSecureBoot(undefined), false);
});
