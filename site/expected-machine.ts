// What a machine should be once it is installed, read from its record alone, without planning its disks.
import { UserError } from '../lib/errors.ts';
import { prefixLength } from '../lib/ipv4.ts';
import { loadMachdb } from '../machdb/load.ts';
import { machineNames, macsOf } from '../machdb/query.ts';
import { resolveRecord } from '../machdb/resolve.ts';
import { diskBindings } from '../partition-specs/disk-bindings.ts';
import { serialOfSelector } from '../partition-specs/disk-selector.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';
import { contentsOf } from '../partition-specs/spec-types.ts';

/** `byUuid`: the fstab names it by its UUID; one in memory has none. */
export type ExpectedFilesystem = { readonly type: string; readonly mountPoint: string; readonly byUuid: boolean };

export type ExpectedMachine = {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  /** Canonical, the first interface's first. */
  readonly macs: readonly string[];
  /** Of the machine's network; 24 when the record has no NETMASK. */
  readonly prefixLength: number;
  /** Logical disks in the order of the spec, with the serial number that DISK_<name> asks for, if it does. */
  readonly disks: readonly { readonly name: string; readonly serial?: string }[];
  readonly filesystems: readonly ExpectedFilesystem[];
  readonly swaps: number;
  /** Logical disk and letter of each partition with the flag `data`: `disk0h`. */
  readonly dataPartitions: readonly string[];
};

/** @throws UserError (exit code 2) for a name that is no machine, FaultsError for a database or PARTITION with faults */
export async function expectedMachine(machdbDir: string, name: string): Promise<ExpectedMachine> {
  const db = await loadMachdb(machdbDir);
  if (!machineNames(db).includes(name)) {
    throw new UserError(`${machdbDir} has no machine ${name}; machines are: ${machineNames(db).join(', ')}`, {
      exitCode: 2,
    });
  }
  const record = resolveRecord(db, name);
  const spec = parsePartitionSpec(record['PARTITION'] ?? '');
  const bindings = diskBindings(record);
  const contents = contentsOf(spec);
  return {
    name,
    record,
    macs: macsOf(record),
    prefixLength: prefixLength(record['NETMASK'] ?? '') ?? 24,
    disks: spec.disks.map((disk) => ({ name: disk.name, ...serialOf(bindings[disk.name]) })),
    filesystems: contents.flatMap(({ filesystem, mountPoint }) => {
      if (mountPoint === undefined) return [];
      // `swap /tmp` is a file system in memory, with the swap behind it.
      return [
        filesystem === 'swap'
          ? { type: 'tmpfs', mountPoint, byUuid: false }
          : { type: filesystem, mountPoint, byUuid: true },
      ];
    }),
    swaps: contents.filter(({ filesystem }) => filesystem === 'swap').length,
    dataPartitions: spec.disks.flatMap((disk) =>
      disk.partitions.filter(({ data }) => data).map(({ letter }) => disk.name + letter),
    ),
  };
}

function serialOf(binding: string | undefined): { serial?: string } {
  const serial = serialOfSelector(binding ?? '');
  return serial === undefined ? {} : { serial };
}
