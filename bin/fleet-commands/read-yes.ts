// A yes or a no, from whoever sits at the terminal. In: a question. Out: whether it was yes. Anything else, and no answer, is no.
import { createInterface } from 'node:readline/promises';

/** Undefined where nobody can answer. */
export const askerOfTerminal = (): ((question: string) => Promise<boolean>) | undefined =>
  process.stdin.isTTY && process.stderr.isTTY ? askYes : undefined;

async function askYes(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const closed = Promise.withResolvers<string>();
  // Ctrl-D, and Ctrl-C, which readline takes for itself.
  lines.once('close', () => {
    closed.resolve('');
  });
  const line = await Promise.race([lines.question(`${question}? [y/N] `), closed.promise]);
  lines.close();
  return /^y(es)?$/i.test(line.trim());
}
