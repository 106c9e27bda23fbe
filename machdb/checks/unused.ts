import { DECLARATION_PREFIX } from '../machine-variables.ts';
import { warningAtLine } from '../faults.ts';
import type { Assignment, MachdbObject } from '../types.ts';
import type { CreateInspection } from './inspection.ts';

/**
 * Objects that nothing is made of: no machine inherits from them, directly or not, nor does one that describes a zone or
 * declares variables.
 */
export const inspectUnused: CreateInspection = (db, report) => {
  const used = new Set<MachdbObject>();

  function use(object: MachdbObject): void {
    const waiting = [object];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (used.has(next)) continue;
      used.add(next);
      for (const { name } of next.parents) {
        const parent = db.objects.get(name);
        if (parent !== undefined) waiting.push(parent);
      }
    }
  }

  return {
    object: (object, { assignments }) => {
      if (object.isMachine || assignments.some(isForItself)) use(object);
    },
    finish: () => {
      for (const object of db.objects.values()) {
        if (used.has(object)) continue;
        const message = `no machine inherits from ${object.name}`;
        const suggestion = 'a machine has a MAC or an address in lines of its own';
        report(warningAtLine(db, object, { message, suggestion }));
      }
    },
  };
};

function isForItself({ variable }: Assignment): boolean {
  return variable === 'ZONE' || variable.startsWith(DECLARATION_PREFIX);
}
