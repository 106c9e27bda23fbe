// A password, from whoever types it or from another program. In: what it is. Out: the text. It is not shown while it is typed.
// Never: from the command line, which every user of this computer could read.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UserError } from '../../lib/errors.ts';

const LONGEST = 1024;

/** Asked for on a terminal; otherwise the first line of standard input. @throws UserError when there is none */
export async function readSecret(what: string): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  if (isTerminal) process.stderr.write(`${what}: `);
  const silent = new Writable({ write: (_, __, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: isTerminal });
  // On Ctrl-D or the end of the input, there is no line.
  const line = await Promise.race([
    lines.question(''),
    new Promise<string>((resolve) => {
      lines.once('close', () => {
        resolve('');
      });
    }),
  ]);
  lines.close();
  if (isTerminal) process.stderr.write('\n');
  if (line.length > 0 && line.length <= LONGEST) return line;
  throw new UserError(`no ${what} was given; nothing was changed`, {
    exitCode: 2,
    hint: 'type it when asked, or give it as the first line of standard input',
  });
}

/** A new one is asked for twice, where somebody types it. */
export async function readNewSecret(what: string): Promise<string> {
  const first = await readSecret(`new ${what}`);
  if (!process.stdin.isTTY || (await readSecret(`the same ${what} again`)) === first) return first;
  throw new UserError('they are not the same; nothing was changed', { exitCode: 2 });
}
