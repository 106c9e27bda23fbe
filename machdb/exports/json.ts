import type { Fault } from '../../lib/errors.ts';
import type { ExportFormat, ExportInput } from './format.ts';
import { openValues, reportSecrets } from './secrets.ts';

/** One object, name → variables, a machine a line: `"lab01": {"HOSTNAME":"lab01",…}`. Every value is a string. */
export const jsonFormat: ExportFormat = { heeds: [], render };

function* render(input: ExportInput): Generator<string | Fault> {
  let before = '{\n';
  for (const machine of input.machines()) {
    yield* reportSecrets(input, machine);
    // Printed by hand: an object of 110,000 records would have to be held, and could not have the key __proto__.
    yield `${before}${JSON.stringify(machine.name)}: ${JSON.stringify(Object.fromEntries(openValues(machine)))}`;
    before = ',\n';
  }
  yield before === '{\n' ? '{}\n' : '\n}\n';
}
