import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootEntriesSchema } from '../../../partition-specs/efi-facts.ts';
import { parseBootEntries } from './parse-boot-entries.ts';

const UUID = '77ed79e1-ae0b-4979-827f-ad7b119d688b';

const lines: readonly { readonly of: string; readonly line: string; readonly expected: object }[] = [
  {
    of: 'version 17, OVMF',
    line: `Boot0004* debian\tHD(15,GPT,${UUID},0x800,0x100000)/File(\\EFI\\debian\\shimx64.efi)`,
    expected: {
      number: '0004',
      active: true,
      label: 'debian',
      partUuid: UUID,
      loaderPath: '\\EFI\\debian\\shimx64.efi',
    },
  },
  {
    of: 'version 17, with data behind the path',
    line: `Boot0003* UEFI OS\tHD(4,GPT,${UUID},0x6fc00800,0x4b06000)/File(\\EFI\\BOOT\\BOOTX64.EFI)..BO`,
    expected: { label: 'UEFI OS', partUuid: UUID, loaderPath: '\\EFI\\BOOT\\BOOTX64.EFI' },
  },
  {
    of: 'version 18, whose data follow the path as hexadecimal digits',
    line: `Boot0003* UEFI OS\tHD(1,GPT,${UUID.toUpperCase()},0x800,0x100000)/\\EFI\\BOOT\\BOOTX64.EFI0000424f`,
    expected: { partUuid: UUID, loaderPath: '\\EFI\\BOOT\\BOOTX64.EFI' },
  },
  {
    of: 'version 11',
    line: `Boot0006* Windows Boot Manager\tHD(1,800,fa000,${UUID})File(\\EFI\\Microsoft\\Boot\\bootmgfw.efi)RC`,
    expected: { label: 'Windows Boot Manager', partUuid: UUID, loaderPath: '\\EFI\\Microsoft\\Boot\\bootmgfw.efi' },
  },
  {
    of: 'an entry that Dell has turned into a number of its own',
    line: 'Boot0000* Windows Boot Manager\tVenHw(99e275e7-75a0-4b37-a2e6-c5385e6c00cb)WINDOWS.........x...B.C.D.',
    expected: { label: 'Windows Boot Manager', partUuid: undefined, loaderPath: undefined },
  },
  {
    of: 'a whole path to a partition of a stick with a DOS table',
    line: 'Boot0004* UEFI: SanDisk, Partition 1\tPciRoot(0x0)/Pci(0x14,0x0)/USB(19,0)/HD(1,MBR,0x1f7be63a,0x800,0x1ca2fa8)0000424f',
    expected: { label: 'UEFI: SanDisk, Partition 1', partUuid: undefined, loaderPath: undefined },
  },
  {
    of: 'the network',
    line: 'Boot0002* UEFI PXEv4 (MAC:525400A1B2C3)\tPciRoot(0x0)/Pci(0x2,0x0)/MAC(525400a1b2c3,1)/IPv4(0.0.0.00.0.0.0,0,0)N.....YM....R,Y.',
    expected: { label: 'UEFI PXEv4 (MAC:525400A1B2C3)', loaderPath: undefined },
  },
  {
    of: 'one that is not active, in lower case',
    line: 'Boot000a  Enter Setup\tFvFile(721c8b66-426c-4e86-8e99-3457c46ab0b9)',
    expected: { number: '000A', active: false, label: 'Enter Setup' },
  },
  {
    of: 'a kernel as an entry, and its arguments',
    line: `Boot0006* UOS (EFI stub)\tHD(1,GPT,${UUID},0x800,0x96000)/\\EFI\\BOOT\\vmlinuz.root=/dev/nvme0n1p5`,
    expected: { partUuid: UUID, loaderPath: undefined },
  },
  { of: 'no path at all', line: 'Boot2001* EFI USB Device\tRC', expected: { number: '2001', target: 'RC' } },
  { of: 'no tab', line: 'Boot0001* debian', expected: { label: 'debian', target: '' } },
];

for (const { of, line, expected } of lines) {
  test(`an entry: ${of}`, () => {
    const [entry, ...others] = parseBootEntries(`BootOrder: 0001\n${line}\n      data: 4e ac\n`).entries;
    assert.deepEqual(others, []);
    assert.partialDeepStrictEqual({ partUuid: undefined, loaderPath: undefined, ...entry }, expected);
  });
}

test('the order, what was started and what is next', () => {
  const text = 'BootNext: 0007\nBootCurrent: 0002\nTimeout: 1 seconds\nBootOrder: 0002,000a,0001\nBoot0002* a\tRC\n';
  const { entries, ...numbers } = bootEntriesSchema.parse(parseBootEntries(text));
  assert.deepEqual(numbers, { next: '0007', current: '0002', order: ['0002', '000A', '0001'] });
  assert.equal(entries.length, 1);
});

test('firmware that has forgotten everything', () => {
  const text = 'Timeout: 0 seconds\nNo BootOrder is set; firmware will attempt recovery\n';
  assert.deepEqual(parseBootEntries(text), { order: [], entries: [] });
});
