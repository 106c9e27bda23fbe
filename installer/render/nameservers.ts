import type { MachineRecord } from '../../contract/lookup.ts';

/** NAMESERVER, NAMESERVER2, NAMESERVER3 … in that order. */
export function nameservers(record: MachineRecord): string[] {
  return Object.keys(record)
    .filter((name) => /^NAMESERVER\d*$/.test(name))
    .sort((left, right) => left.localeCompare(right, 'en', { numeric: true }))
    .map((name) => record[name] ?? '')
    .filter((address) => address !== '');
}
