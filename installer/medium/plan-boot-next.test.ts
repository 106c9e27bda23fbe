import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BootEntry } from '../../partition-specs/efi-facts.ts';
import { planBootNext } from './plan-boot-next.ts';

const entry = (number: string, more: Partial<BootEntry> = {}): BootEntry => ({
  number,
  active: true,
  label: number,
  target: '',
  ...more,
});
const loader = { loaderPath: '\\EFI\\debian\\shimx64.efi', partUuid: '77ed79e1-ae0b-4979-827f-ad7b119d688b' };
const stick = entry('0003');

for (const [name, boot, expected] of [
  [
    'a loader on a disk, wherever it stands',
    { current: '0003', order: ['0003', '0001', '0002'], entries: [entry('0001'), entry('0002', loader), stick] },
    '0002',
  ],
  [
    'else what stands behind the medium',
    { current: '0003', order: ['0001', '0003', '0002'], entries: [entry('0001'), entry('0002'), stick] },
    '0002',
  ],
  [
    'never one that is switched off',
    { current: '0003', order: ['0003', '0001'], entries: [entry('0001', { ...loader, active: false }), stick] },
    undefined,
  ],
  [
    'a loader that the firmware has dropped from the order',
    { current: '0003', order: ['0003', '0001'], entries: [entry('0001'), entry('0007', loader), stick] },
    '0007',
  ],
  [
    'never the setup menu',
    {
      current: '0003',
      order: ['0003', '0000', '0001'],
      entries: [
        entry('0000', { label: 'UiApp', target: 'FvVol(7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1)/FvFile(462caa21)' }),
        entry('0001'),
        stick,
      ],
    },
    '0001',
  ],
  ['never the medium itself', { current: '0003', order: ['0003'], entries: [entry('0003', loader)] }, undefined],
  ['without a current one, only a loader', { order: ['0003', '0001'], entries: [entry('0001'), stick] }, undefined],
  ['no entries, as a BIOS has none', { order: [], entries: [] }, undefined],
] as const) {
  test(name, () =>
    assert.equal(planBootNext({ ...boot, order: [...boot.order], entries: [...boot.entries] })?.number, expected),
  );
}
