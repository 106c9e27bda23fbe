import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { splitWords } from './values.ts';
import type { Machdb } from './types.ts';

/** The machines, in the order in which they were written: objects with a MAC, IP or IP6 in lines of their own. */
export function machineNames(db: Machdb): string[] {
  return db.objects
    .values()
    .filter((object) => object.isMachine)
    .map((object) => object.name)
    .toArray();
}

/** The MAC addresses of a record, canonical and each once: the words of `MAC`, then those of every `NIC_<name>_MAC`. */
export function macsOf(record: Readonly<Record<string, string>>): Mac[] {
  const variables = ['MAC', ...Object.keys(record).filter((variable) => variable !== 'MAC' && isMacVariable(variable))];
  const macs = variables.flatMap((variable) => splitWords(record[variable] ?? '')).map(parseMac);
  return [...new Set(macs.filter((mac) => mac !== undefined))];
}

/** `MAC` or `NIC_<name>_MAC`. */
export function isMacVariable(variable: string): boolean {
  return variable.endsWith('MAC') && /^(MAC|NIC_\w+_MAC)$/.test(variable);
}

/** `IP`, `IP6`, `NIC_<name>_IP` or `NIC_<name>_IP6`. */
export function isIpVariable(variable: string): boolean {
  return /^(IP6?|NIC_\w+_IP6?)$/.test(variable);
}
