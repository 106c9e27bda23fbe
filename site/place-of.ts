import type { Fault } from '../lib/errors.ts';
import type { Machine } from '../machdb/types.ts';

/** Where a fault of a machine's variable is: the line that gave its value, or this word of it. */
export function placeOf(machine: Machine, variable: string, word?: string): Pick<Fault, 'where' | 'line'> {
  const place = machine.where(variable, word);
  return place === undefined ? { where: `${machine.name}.${variable}` } : { where: place.file, line: place.line };
}
