import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEntry } from '../../../partition-specs/efi-facts.ts';
import { findNetworkEntry, startedNetworkEntry } from './network-entry.ts';

const entry = (number: string, label: string, target: string): BootEntry => ({ number, active: true, label, target });
const card = 'PciRoot(0x0)/Pci(0x2,0x0)/MAC(525400A1B2C3,1)';
const entries = [
  entry('0001', 'UEFI PXEv6', `${card}/IPv6([::]:<->[::]:,0,0)`),
  entry('0002', 'UEFI HTTPv4', `${card}/IPv4(0.0.0.0,0,0)/Uri()`),
  entry('0003', 'UEFI PXEv4', `${card}/IPv4(0.0.0.0,0,0)`),
  entry('0004', 'UEFI PXEv4 of another card', 'PciRoot(0x0)/Pci(0x3,0x0)/MAC(525400000001,1)/IPv4(0.0.0.0,0,0)'),
  entry('0005', 'debian', 'HD(127,GPT,aaaaaaaa-0000-4000-8000-000000000001)/File(\\EFI\\debian\\shimx64.efi)'),
];
const order = ['0005', '0001', '0002', '0003', '0004'];
const macs = ['52:54:00:a1:b2:c3'];

for (const { what, remembered, given = {}, expected } of [
  { what: 'IPv4 by PXE of its own card', expected: '0003' },
  { what: 'the one that it was installed from', remembered: entries[1], expected: '0002' },
  {
    what: 'its own card, where the one that is remembered is gone',
    remembered: { label: 'UEFI PXEv4', target: 'PciRoot(0x0)/Pci(0x9,0x0)/MAC(525400ffffff,1)' },
    expected: '0003',
  },
  { what: 'any of its card, where there is no better one', given: { entries: entries.slice(0, 2) }, expected: '0001' },
  { what: 'none where only other cards have one', given: { entries: entries.slice(3) }, expected: undefined },
]) {
  test(`the network's entry is ${what}`, () => {
    const found = findNetworkEntry({ order, entries, ...given }, { remembered, macs });
    assert.equal(found?.number, expected);
  });
}

test('only a start from the network is remembered', () => {
  const startedFrom = (current?: string) =>
    startedNetworkEntry({ boot: { order, entries, ...(current === undefined ? {} : { current }) } })?.label;
  assert.deepEqual(['0003', '0005', '0009', undefined].map(startedFrom), [
    'UEFI PXEv4',
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(startedNetworkEntry(undefined), undefined);
});
