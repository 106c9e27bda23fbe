import { parseValue } from './parse-value.ts';
import { joinLines, splitLines } from './statements.ts';

/** What one line of a database says, as far as it can be told without the others. */
export type Scanned =
  | { readonly what: 'object'; readonly object: string }
  | {
      readonly what: 'assignment';
      readonly object: string;
      readonly variable: string;
      readonly operator: string;
      readonly value: string;
    };

const ASSIGNMENT = /^[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*([-+]?=)/;
const HEADER = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)[ \t]*:/;

/**
 * The objects and assignments of one file in order, faulty lines left out: for completion, which must have an answer
 * while the text is being written. Everything else asks parse.ts.
 */
export function* scanMachdb(text: string): Generator<Scanned> {
  let object = '';
  for (const statement of joinLines(splitLines('', text))) {
    const assignment = ASSIGNMENT.exec(statement.text);
    const header = assignment === null ? HEADER.exec(statement.text) : null;
    if (header !== null) {
      object = header[1] ?? '';
      yield { what: 'object', object };
    } else if (assignment !== null) {
      const [head, variable = '', operator = ''] = assignment;
      yield { what: 'assignment', object, variable, operator, value: parseValue(statement, head.length).value };
    }
  }
}
