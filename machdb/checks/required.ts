import { faultAtLine } from '../faults.ts';
import { splitWords } from '../values.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/** Machines that lack a variable which their REQUIRED names, or one of `everywhere`. */
export function inspectRequired(everywhere: readonly string[]): CreateInspection {
  return (db, report) => {
    // Thousands of machines inherit the same few lists.
    const lists = new Map<string, readonly string[]>();
    const wordsOf = (text: string): readonly string[] => {
      const known = lists.get(text) ?? splitWords(text);
      lists.set(text, known);
      return known;
    };
    const lacking = ({ values }: InspectedMachine, wanted: readonly string[]): string[] =>
      wanted.filter((variable) => !values.has(variable));
    return {
      machine: (machine) => {
        const missing = lacking(machine, wordsOf(machine.values.get('REQUIRED') ?? ''));
        if (missing.length > 0) {
          const asker = machine.where('REQUIRED');
          const message = `${machine.name} lacks ${missing.join(', ')}, required by ${asker?.file}:${asker?.line}`;
          report(faultAtLine(db, machine.object, { message }));
        }
        const more = lacking(machine, everywhere);
        if (more.length > 0) {
          report(faultAtLine(db, machine.object, { message: `${machine.name} lacks ${more.join(', ')}` }));
        }
      },
    };
  };
}
