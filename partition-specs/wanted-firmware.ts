// For which firmware a machine's disks are made. In: FIRMWARE of the record, the machine's own. Out: the name of a kind.
// Pure.
import type { Fault } from '../lib/errors.ts';
import { FaultsError } from '../lib/errors.ts';
import { both } from './firmware/both.ts';

/** The machine's own, or both. @throws FaultsError for a value of FIRMWARE that is not known */
export function wantedFirmware(record: Readonly<Record<string, string>>, own: string): string {
  const fault = firmwareFault(record['FIRMWARE']);
  if (fault !== undefined) throw new FaultsError('FIRMWARE', [fault]);
  return (record['FIRMWARE'] ?? '') === '' ? own : both.name;
}

/** Why the value of FIRMWARE cannot be right; empty, it takes back that of a parent. */
export function firmwareFault(value = ''): Fault | undefined {
  if (value === '' || value === both.name) return undefined;
  const message = `FIRMWARE: '${value.slice(0, 80)}' is not ${both.name}; without FIRMWARE, the machine's own firmware decides`;
  return { severity: 'error', where: 'FIRMWARE', message };
}
