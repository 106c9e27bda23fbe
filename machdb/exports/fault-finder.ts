import { faultAtLine } from '../faults.ts';
import { findPlace } from '../find-place.ts';
import type { Machdb } from '../types.ts';
import type { ExportInput } from './format.ts';

/** Faults of objects, at the line that last set the variable or else at the header. Looks only when there is a fault. */
export function faultFinder(db: Machdb): ExportInput['faultOf'] {
  return (name, variable, problem, word) => {
    const object = db.objects.get(name);
    if (object === undefined) return faultAtLine(db, { file: name, line: 1 }, problem);
    return faultAtLine(db, findPlace(db, object, { variable, word }) ?? object, problem);
  };
}
