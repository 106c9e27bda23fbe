import type { MachineRecord } from '../../contract/lookup.ts';

/** How a machine's entries are called. */
export function menuTitle(record: MachineRecord): string {
  return `${record['OS'] ?? ''} ${record['OSREV'] ?? ''}`.trim();
}
