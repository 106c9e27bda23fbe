import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEntry } from '../../../partition-specs/efi-facts.ts';
import { findNetworkEntry, startedNetworkEntry } from './network-entry.ts';
import type { NetworkEntry } from './network-entry.ts';

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

type Case = {
  readonly what: string;
  readonly remembered?: NetworkEntry | undefined;
  readonly given?: { readonly entries: BootEntry[] };
  readonly expected: string | undefined;
};

const cases: readonly Case[] = [
  { what: 'IPv4 by PXE of its own card', expected: '0003' },
  { what: 'the one that it was installed from', remembered: entries[1], expected: '0002' },
  {
    what: 'the one that it was installed from, known by its label where efibootmgr could not read the entries',
    remembered: entries[2],
    given: { entries: entries.map((each) => ({ ...each, target: '' })) },
    expected: '0003',
  },
  {
    what: 'the one whose path is as it was, before one that could not be read',
    remembered: entries[2],
    given: { entries: [entry('0009', 'UEFI PXEv4', ''), ...entries] },
    expected: '0003',
  },
  {
    what: 'its own card, where the one that is remembered is gone',
    remembered: { label: 'UEFI PXEv4', target: 'PciRoot(0x0)/Pci(0x9,0x0)/MAC(525400ffffff,1)' },
    expected: '0003',
  },
  { what: 'any of its card, where there is no better one', given: { entries: entries.slice(0, 2) }, expected: '0001' },
  {
    what: 'one that is switched on, where there are two',
    given: { entries: [{ ...entry('0006', 'UEFI PXEv4', `${card}/IPv4(0.0.0.0)`), active: false }, ...entries] },
    expected: '0003',
  },
  ...[
    ['PCI LAN', 'VenMsg(bc7838d2-0f82-4d60-8316-c068ee79d25b,78a84aaf2b2afc4ea79cf5cc8f3d3803)', true],
    ['PXE BOOT', 'VenMsg(bc7838d2-0f82-4d60-8316-c068ee79d25b,78a84aaf2b2afc4ea79cf5cc8f3d3803)', true],
    ['Onboard NIC', 'VenMsg(bc7838d2-0f82-4d60-8316-c068ee79d25b,1b7f7356e3475744a9a6ed8e91832083)', true],
    ['Integrated NIC 1 Port 1 Partition 1', 'VenHw(33391845-5f86-4e78-8fce-c4cff59f9bbb)', true],
    ['EFI Network', 'RC', true],
    ['EFI USB Device', 'RC', false],
    ['USB HDD', 'VenMsg(bc7838d2-0f82-4d60-8316-c068ee79d25b,33e821aaaf33bc4789bd419f88c50803)', false],
    ['LENOVO CLOUD', 'VenMsg(bc7838d2-0f82-4d60-8316-c068ee79d25b,ad38)/Uri(https://example.com/boot.efi)', false],
    ['Network', 'BBS(128,Network,0x0).......', false],
    ['LAN : IBA CL Slot 00FE v0110', 'BBS(Network,,0x0)..BO', false],
    ['Network Boot', 'FvVol(a881d567-6cb0-4eee-8435-2e72d33e45b5)/FvFile(9d8243e8-8381-453d-aceb-c350ee7757ca)', false],
  ].map(([label, target, is]) => ({
    what: `${is === true ? '' : 'never '}${label}, without a MAC address: ${target}`,
    given: { entries: [entry('0007', `${label}`, `${target}`)] },
    expected: is === true ? '0007' : undefined,
  })),
  {
    what: 'that of its own card before one for all cards',
    given: { entries: [entry('0007', 'EFI Network', 'RC'), ...entries] },
    expected: '0003',
  },
  { what: 'none where only other cards have one', given: { entries: entries.slice(3) }, expected: undefined },
];

for (const { what, remembered, given = {}, expected } of cases) {
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
  const lenovo = entry('0022', 'PXE BOOT', 'VenMsg(bc7838d2-0f82-4d60-8316-c068ee79d25b,78a84a)');
  assert.equal(startedNetworkEntry({ boot: { order, entries: [lenovo], current: '0022' } })?.label, 'PXE BOOT');
  assert.equal(startedNetworkEntry(undefined), undefined);
});
