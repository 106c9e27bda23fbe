import { UserError } from '../lib/errors.ts';
import { parseMac } from '../lib/mac.ts';
import type { Mac } from '../lib/mac.ts';
import { splitWords, tryResolve } from './resolve.ts';
import type { Machdb, MachdbObject } from './types.ts';

type MacIndex = ReadonlyMap<Mac, readonly string[]>;

// A database never changes, so its index is made once, when first asked for.
const indexes = new WeakMap<Machdb, MacIndex>();

/** The machines, in the order in which they were written: objects with a MAC or IP in lines of their own. */
export function machineNames(db: Machdb): string[] {
  return db.objects
    .values()
    .filter(isMachine)
    .map((object) => object.name)
    .toArray();
}

/**
 * The machine with this MAC address, undefined when there is none.
 * @throws UserError when several machines have it: an installer must not pick one.
 */
export function findByMac(db: Machdb, mac: Mac): string | undefined {
  const index = indexes.get(db) ?? indexMacs(db);
  indexes.set(db, index);
  const [name, ...others] = index.get(mac) ?? [];
  if (others.length === 0) return name;
  throw new UserError(`several machines have the MAC address ${mac}: ${[name, ...others].join(', ')}`, {
    exitCode: 2,
    hint: 'machdb check',
  });
}

/** The MAC addresses of a record, canonical and each once: the words of `MAC`, then those of every `NIC_<name>_MAC`. */
export function macsOf(record: Readonly<Record<string, string>>): Mac[] {
  const variables = ['MAC', ...Object.keys(record).filter((variable) => variable !== 'MAC' && isMacVariable(variable))];
  const macs = variables.flatMap((variable) => splitWords(record[variable] ?? '')).map(parseMac);
  return [...new Set(macs.filter((mac) => mac !== undefined))];
}

/** `MAC` or `NIC_<name>_MAC`. */
export function isMacVariable(variable: string): boolean {
  return /^(MAC|NIC_\w+_MAC)$/.test(variable);
}

function isMachine(object: MachdbObject): boolean {
  return object.assignments.some(
    ({ variable, operator, value }) =>
      (variable === 'MAC' || variable === 'IP') && operator !== '-=' && value.trim() !== '',
  );
}

/** A machine whose other variables do not resolve is indexed all the same: its MAC must not look unknown. */
function indexMacs(db: Machdb): MacIndex {
  const index = new Map<Mac, string[]>();
  for (const name of machineNames(db)) {
    for (const mac of macsOf(Object.fromEntries(tryResolve(db, name).values))) {
      const names = index.get(mac);
      if (names === undefined) index.set(mac, [name]);
      else names.push(name);
    }
  }
  return index;
}
