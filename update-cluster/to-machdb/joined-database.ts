import { createMachineIndex } from '../../machdb/machine-index.ts';
import { machineNames } from '../../machdb/query.ts';
import { tryResolve } from '../../machdb/resolve.ts';
import type { Machdb } from '../../machdb/types.ts';
import type { Joined } from './plan-import.ts';

/** For hosts that are the first of their database. */
export const EMPTY_DATABASE: Joined = { names: new Map(), byMac: new Map(), byIp: new Map() };

/** What the machines of a database are called, and which addresses they have; objects have names as well. */
export function joinedOf(db: Machdb): Joined {
  const { index, onMachine } = createMachineIndex();
  for (const name of machineNames(db)) onMachine({ name, values: tryResolve(db, name).values });
  const names = new Map(db.objects.keys().map((name) => [name.toLowerCase(), name]));
  return { names, byMac: index.byMac, byIp: index.byIp };
}
