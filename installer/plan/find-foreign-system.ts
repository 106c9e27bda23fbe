// Whether record, processor and image are of one architecture. In: all three. Out: faults. Never: I/O.
import { architectureOfRecord, architecturesOfFiles } from '../../lib/architecture.ts';
import type { Fault } from '../../lib/errors.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';

type Machine = {
  readonly record: Readonly<Record<string, string>>;
  readonly facts: Pick<MachineFacts, 'architecture'>;
  readonly image: Pick<Manifest, 'name' | 'entries'>;
};

/** A machine that would get a system which its processor cannot start has faults, before anything is written. */
export function findForeignSystem({ record, facts, image }: Machine): Fault[] {
  const wanted = architectureOfRecord(record)?.name;
  const fault = (where: string, message: string): Fault => ({ severity: 'error', where, message });
  if (wanted === undefined)
    return [fault('ARCH', `ARCH=${record['ARCH']} is an architecture that cannot be installed`)];
  const ofImage = architecturesOfFiles(image.entries.map(({ path }) => path));
  const says = (record['ARCH'] ?? '') === '' ? `the record has no ARCH, which means ${wanted}` : `ARCH=${wanted}`;
  return [
    ...(facts.architecture === undefined || facts.architecture === wanted
      ? []
      : [fault('ARCH', `${says}, but the machine's processor is ${facts.architecture}`)]),
    // An image without a dynamic loader says nothing of what it is.
    ...(ofImage.length === 0 || ofImage.includes(wanted)
      ? []
      : [fault('IMAGE', `${image.name} is a system for ${ofImage.join(' and ')}, but ${says}`)]),
  ];
}
