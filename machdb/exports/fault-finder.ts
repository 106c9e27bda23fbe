import { faultAtLine } from '../faults.ts';
import { lastPlace, listContributions } from '../resolve.ts';
import type { Machdb } from '../types.ts';
import type { ExportInput } from './format.ts';

/** Faults of objects, at the line that last set the variable or else at the header. Looks only when there is a fault. */
export function faultFinder(db: Machdb): ExportInput['faultOf'] {
  return (name, variable, problem, word) => {
    const place = lastPlace(listContributions(db, name), variable, word) ??
      db.objects.get(name) ?? { file: name, line: 1 };
    return faultAtLine(db, place, problem);
  };
}
