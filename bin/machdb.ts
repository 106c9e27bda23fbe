// Questions about a site's machine database, and edits of it: see define-machdb.ts.
import { defineMachdb } from './define-machdb.ts';
import { runProgram } from './run-program.ts';

await runProgram(defineMachdb());
