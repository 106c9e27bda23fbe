import { isDiskVariable, uniqueDiskWords } from '../disk-words.ts';
import { faultAtLine } from '../faults.ts';
import { findPlace } from '../find-place.ts';
import type { MachdbObject, SourceLine } from '../types.ts';
import type { CreateInspection } from './inspection.ts';

type Owner = { readonly object: MachdbObject; readonly variable: string };
/** One line that gives several machines one disk. */
type SharedLine = { readonly place: SourceLine; readonly message: string; others: number };

/** Disks that two machines would have, by serial number or WWN: each would be erased for the other. */
export const inspectDisks: CreateInspection = (db, report) => {
  const owners = new Map<string, Owner>();
  const shared = new Map<string, SharedLine>();

  return {
    machine: (machine) => {
      for (const [variable, value] of machine.values) {
        if (!isDiskVariable(variable)) continue;
        for (const { word, key } of uniqueDiskWords(value)) {
          const other = owners.get(key);
          if (other === undefined) owners.set(key, { object: machine.object, variable });
          if (other === undefined || other.object === machine.object) continue;
          const place = machine.where(variable, word) ?? machine.object;
          const theirs = findPlace(db, other.object, { variable: other.variable, word }) ?? other.object;
          if (isSame(place, theirs)) shareLine(place, { variable, word, machine: other.object.name });
          else {
            const owner = `${other.object.name} (${theirs.file}:${theirs.line})`;
            const message = `${variable}: ${machine.name} has the disk ${word} of ${owner}`;
            report(faultAtLine(db, place, { message }));
          }
        }
      }
    },
    finish: () => {
      for (const { place, message, others } of shared.values()) {
        const suggestion = 'give each machine a line of its own, or tell disks apart by size: or path:';
        const more = others === 1 ? '1 more machine' : `${others} more machines`;
        report(faultAtLine(db, place, { message: `${message} and ${more} would have it`, suggestion }));
      }
    },
  };

  function shareLine(
    place: SourceLine,
    { variable, word, machine }: { variable: string; word: string; machine: string },
  ) {
    const key = `${place.file}:${place.line}: ${word}`;
    const message = `${variable}: ${word} is one disk, but ${machine}`;
    const line = shared.get(key) ?? { place, message, others: 0 };
    line.others += 1;
    shared.set(key, line);
  }
};

function isSame(a: SourceLine, b: SourceLine): boolean {
  return a.file === b.file && a.line === b.line;
}
