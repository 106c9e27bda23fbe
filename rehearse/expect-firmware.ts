// What an installed system must say of the firmware that started it. In: a shell on it. Out: expectations. Never: asks
// our own programs.
import type { ConsoleShell } from './console-shell.ts';
import type { FirmwareName } from '../lib/virtual-hardware.ts';
import type { Expectation } from './verdict.ts';

type Question = { readonly name: string; readonly command: string; readonly expected: string; readonly is: RegExp };

const inUefi: readonly Question[] = [
  {
    name: 'started by UEFI',
    command: 'test -d /sys/firmware/efi && echo UEFI || echo BIOS',
    expected: 'UEFI',
    is: /^UEFI$/m,
  },
  {
    name: 'its own boot entry is the first one, and the one that started it',
    command: 'efibootmgr',
    expected: 'BootCurrent is the first of BootOrder',
    // No BootNext: an order for one start must not stay behind.
    is: /^(?![^]*BootNext)[^]*BootCurrent: (\w{4})\n(?:Timeout: .*\n)?BootOrder: \1\b/,
  },
];

const secureBoot = (state: 'enabled' | 'disabled'): Question => ({
  name: `Secure Boot is ${state}`,
  command: 'mokutil --sb-state',
  expected: `SecureBoot ${state}`,
  is: new RegExp(`^SecureBoot ${state}`, 'm'),
});

const questions: { readonly [Name in FirmwareName]: readonly Question[] } = {
  bios: [
    {
      name: 'started by a BIOS',
      command: 'test -d /sys/firmware/efi && echo UEFI || echo BIOS',
      expected: 'BIOS',
      is: /^BIOS$/m,
    },
  ],
  uefi: [...inUefi, secureBoot('disabled')],
  secure: [
    ...inUefi,
    secureBoot('enabled'),
    {
      name: 'the kernel is locked down',
      command: 'dmesg | grep -i "locked down"',
      expected: 'Kernel is locked down from EFI Secure Boot',
      is: /locked down from EFI Secure Boot/,
    },
  ],
};

/** Which firmware started it, whether Secure Boot is on, and whether the next start is from the disk, too. */
export async function expectFirmware(
  firmware: FirmwareName,
  { shell, log }: { readonly shell: ConsoleShell; readonly log: string },
): Promise<Expectation[]> {
  const found: Expectation[] = [];
  for (const { name, command, expected, is } of questions[firmware]) {
    const { output } = await shell.run(command);
    found.push({ name, ok: is.test(output), expected, found: output.trim(), log });
  }
  return found;
}
