import { contentsOf } from '../../partition-specs/spec-types.ts';
import { diskBindings } from '../../partition-specs/disk-bindings.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';

/** `erases disk0 (serial:S3Z9NB0K), keeps data`: what an installation does to disks, as far as the record says it. */
export function describeErasure(record: Readonly<Record<string, string>>): string {
  const spec = parsePartitionSpec(record['PARTITION'] ?? '');
  const bindings = diskBindings(record);
  const disks = spec.disks.map(({ name }) => `${name} (${bindings[name] ?? 'its only fixed disk'})`);
  const keepsData = contentsOf(spec).some(({ data }) => data);
  return `erases ${disks.join(', ')}${keepsData ? ', keeps its data partitions' : ''}`;
}
