// Layouts for the tests of this folder. In: a PARTITION text. Out: a layout on two empty disks.
import type { Layout } from '../../../partition-specs/layout.ts';
import { planLayout } from '../../../partition-specs/plan-layout.ts';
import { parsePartitionSpec } from '../../../partition-specs/spec.ts';
import { disk, machine } from '../../../partition-specs/testing/disk.ts';

export const MIRROR = 'disk0: (a rest raid1 sys) disk1: (a rest raid1 sys) sys: (ext4 /)';

/** The disks are /dev/sda and /dev/sdb. */
export function sampleLayout(text: string, firmware: string): Layout {
  return planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(disk({ path: '/dev/sda', serial: 'A' }), disk({ path: '/dev/sdb', serial: 'B' })),
    firmware,
    bindings: { disk0: 'serial:A', disk1: 'serial:B' },
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
  });
}
