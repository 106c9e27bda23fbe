import type { Fault } from '../lib/errors.ts';
import { faultAtLine } from './faults.ts';
import type { Machdb, Machine } from './types.ts';

const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
// What Linux accepts in sethostname; DNS would allow 253.
const LONGEST_NAME = 64;

/**
 * Machines whose name cannot be a host name, and machines whose names differ only in case.
 * @see RFC 1123 §2.1
 */
export function checkHostNames(db: Machdb, machines: readonly Machine[]): Fault[] {
  const seen = new Map<string, string>();
  const faults: Fault[] = [];
  for (const { name } of machines) {
    const header = db.objects.get(name);
    if (header === undefined) continue;
    const problem = describeName(name);
    if (problem !== undefined) {
      const suggestion = 'a host name is made of letters, digits and - inside, in parts separated by dots';
      faults.push(faultAtLine(db, header, { message: `${name} cannot be a host name: ${problem}`, suggestion }));
    }
    const other = seen.get(name.toLowerCase());
    if (other === undefined) seen.set(name.toLowerCase(), name);
    else faults.push(faultAtLine(db, header, { message: `${name} and ${other} are the same host name` }));
  }
  return faults;
}

function describeName(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `it has ${name.length} characters, ${LONGEST_NAME} are allowed`;
  const labels = name.split('.');
  const wrong = labels.find((label) => !LABEL.test(label));
  if (wrong !== undefined) return wrong === '' ? 'a part of it is empty' : `'${wrong}' is not allowed in one`;
  return /^\d+$/.test(labels.at(-1) ?? '') ? 'its last part is a number, as in an address' : undefined;
}
