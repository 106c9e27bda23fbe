import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsoleShell } from './console-shell.ts';
import { expectFirmware } from './expect-firmware.ts';
import type { FirmwareName } from '../lib/virtual-hardware.ts';

const good = {
  'test -d /sys/firmware/efi && echo UEFI || echo BIOS': 'UEFI\n',
  efibootmgr: `BootCurrent: 0005
Timeout: 0 seconds
BootOrder: 0005,0001,0002,0000
Boot0000* UiApp
Boot0001* UEFI Misc Device
Boot0002* UEFI PXEv4 (MAC:525400770061)
Boot0005* debian
`,
  'mokutil --sb-state': 'SecureBoot enabled\n',
  'dmesg | grep -i "locked down"': 'Kernel is locked down from EFI Secure Boot; see man kernel_lockdown.7\n',
};

async function wrongOf(firmware: FirmwareName, said: Partial<Record<keyof typeof good, string>> = {}) {
  const answers = new Map(Object.entries({ ...good, ...said }));
  const shell: ConsoleShell = {
    run: async (command) => ({ output: answers.get(command) ?? assert.fail(command), exitCode: 0 }),
  };
  return (await expectFirmware(firmware, { shell, log: 'log' })).filter(({ ok }) => !ok).map(({ name }) => name);
}

const where = 'test -d /sys/firmware/efi && echo UEFI || echo BIOS';
const entry = 'its own boot entry is the first one, and the one that started it';

test('a machine that its firmware started as it should meets every expectation', async () => {
  assert.deepEqual(await wrongOf('secure'), []);
  assert.deepEqual(await wrongOf('uefi', { 'mokutil --sb-state': 'SecureBoot disabled\n' }), []);
  assert.deepEqual(await wrongOf('bios', { [where]: 'BIOS\n' }), []);
});

test('what is not as it should be is named', async () => {
  assert.deepEqual(await wrongOf('bios'), ['started by a BIOS']);
  assert.deepEqual(await wrongOf('uefi'), ['Secure Boot is disabled']);
  assert.deepEqual(await wrongOf('secure', { 'dmesg | grep -i "locked down"': '' }), ['the kernel is locked down']);
  const order = 'BootCurrent: 0005\nBootOrder: 0002,0005\n';
  assert.deepEqual(await wrongOf('secure', { efibootmgr: order }), [entry]);
  assert.deepEqual(await wrongOf('secure', { efibootmgr: `BootNext: 0002\n${good.efibootmgr}` }), [entry]);
  assert.deepEqual(await wrongOf('secure', { efibootmgr: 'EFI variables are not supported on this system.\n' }), [
    entry,
  ]);
});
