// The administrator's command: see define-gutinteg.ts.
import { defineGutinteg } from './define-gutinteg.ts';
import { runProgram } from './run-program.ts';

await runProgram(defineGutinteg());
