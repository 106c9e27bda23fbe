import assert from 'node:assert/strict';
import { test } from 'node:test';
import { option, text } from './dhcp-options.ts';
import { readNetbootClient } from './netboot-client.ts';

const arch = (code: number): readonly [number, Uint8Array] => [
  option.architecture,
  Uint8Array.of(code >> 8, code & 255),
];
const pxe = [option.vendorClass, text('PXEClient:Arch:00000:UNDI:002001')] as const;
const efi = [option.vendorClass, text('PXEClient:Arch:00007:UNDI:003016')] as const;
const http = [option.vendorClass, text('HTTPClient:Arch:00016:UNDI:003001')] as const;

const CLIENTS = [
  { name: 'a running system', options: [[option.vendorClass, text('udhcp 1.35.0')]], want: 'system' },
  { name: 'nothing at all', options: [], want: 'system' },
  { name: 'BIOS PXE', options: [pxe, arch(0)], want: 'firmware bios' },
  { name: 'BIOS PXE without option 93', options: [pxe], want: 'firmware bios' },
  { name: 'x64 UEFI', options: [pxe, arch(7)], want: 'firmware uefi' },
  { name: 'ARM64 UEFI', options: [pxe, arch(11)], want: 'firmware uefi' },
  { name: 'x64 UEFI HTTP', options: [http, arch(16)], want: 'firmware uefi-http' },
  { name: 'x64 UEFI HTTP with the code for PXE', options: [http, arch(7)], want: 'firmware uefi-http' },
  {
    name: 'ARM64 UEFI HTTP that says the code for PXE in its vendor class alone',
    options: [[option.vendorClass, text('HTTPClient:Arch:00011:UNDI:003000')]],
    want: 'firmware uefi-http',
  },
  { name: 'several', options: [pxe, [option.architecture, Uint8Array.of(0, 7, 0, 0)]], want: 'firmware uefi bios' },
  {
    name: 'several, one of them unknown and one twice',
    options: [pxe, [option.architecture, Uint8Array.of(3, 231, 0, 7, 0, 7)]],
    want: 'firmware other uefi',
  },
  { name: 'an octet left over', options: [pxe, [option.architecture, Uint8Array.of(0, 7, 0)]], want: 'firmware uefi' },
  {
    name: 'one octet alone: the vendor class says it',
    options: [efi, [option.architecture, Uint8Array.of(7)]],
    want: 'firmware uefi',
  },
  { name: 'an empty option', options: [efi, [option.architecture, new Uint8Array()]], want: 'firmware uefi' },
  { name: 'x64 UEFI without option 93', options: [efi], want: 'firmware uefi' },
  {
    name: 'a vendor class that says nothing',
    options: [[option.vendorClass, text('PXEClient')]],
    want: 'firmware bios',
  },
  { name: 'an architecture of tomorrow', options: [pxe, arch(999)], want: 'firmware other' },
  { name: 'iPXE by its own option', options: [pxe, arch(0), [option.ipxe, Uint8Array.of(1)]], want: 'ipxe bios' },
  { name: 'iPXE by its user class', options: [pxe, arch(0), [option.userClass, text('iPXE')]], want: 'ipxe bios' },
  { name: 'iPXE on UEFI', options: [pxe, arch(7), [option.userClass, text('\x04iPXE')]], want: 'ipxe uefi' },
] as const;

for (const { name, options, want } of CLIENTS) {
  test(name, () => {
    const client = readNetbootClient(new Map(options));
    assert.equal(
      client.kind === 'system'
        ? 'system'
        : `${client.kind} ${client.architectures.map(({ firmware }) => firmware).join(' ')}`,
      want,
    );
  });
}
