// What a machine should be once it is installed, read from its record alone, without planning its disks.
import { UserError } from '../lib/errors.ts';
import { prefixLength } from '../lib/ipv4.ts';
import { loadMachdb } from '../machdb/load.ts';
import { machineNames, macsOf } from '../machdb/query.ts';
import { resolveRecord } from '../machdb/resolve.ts';
import { diskBindings } from '../partition-specs/disk-bindings.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';

type ExpectedFilesystem = { readonly type: string; readonly mountPoint: string };

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
  const partitions = spec.disks.flatMap((disk) => disk.partitions);
  return {
    name,
    record,
    macs: macsOf(record),
    prefixLength: prefixLength(record['NETMASK'] ?? '') ?? 24,
    disks: spec.disks.map((disk) => ({ name: disk.name, ...serialOf(bindings[disk.name]) })),
    filesystems: partitions.flatMap(({ filesystem, mountPoint }) =>
      mountPoint === undefined ? [] : [{ type: filesystem, mountPoint }],
    ),
    swaps: partitions.filter(({ filesystem }) => filesystem === 'swap').length,
  };
}

function serialOf(binding: string | undefined): { serial?: string } {
  const serial = /(?:^|\s)serial:(\S+)/.exec(binding ?? '')?.[1];
  return serial === undefined ? {} : { serial };
}
