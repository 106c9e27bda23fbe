// npm run bench [NAME [ARGUMENT…]]…: figures side by side with a peer, each with its ratio. Never part of the tests.
import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { runMain } from '../lib/exit.ts';
import { UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import { parseBenchWords } from './parse-words.ts';

const names = (await readdir(import.meta.dirname)).filter((name) => name.startsWith('bench-') && name.endsWith('.ts'));
const available = names.map((name) => name.slice('bench-'.length, -'.ts'.length)).sort();

await runMain(async () => {
  const words = process.argv.slice(2).filter((word) => word !== '--');
  const { runs, unknown } = parseBenchWords(words, available);
  if (unknown.length > 0) {
    throw new UserError(`no benchmark ${unknown.join(', ')}; there are: ${available.join(', ')}`, { exitCode: 2 });
  }
  for (const { name, args } of runs) {
    process.stdout.write(`== ${name}\n`);
    const file = join(import.meta.dirname, `bench-${name}.ts`);
    await runCommand([process.execPath, '--disable-warning=ExperimentalWarning', file, ...args], {
      onLine: (line) => void process.stdout.write(`${line}\n`),
    });
  }
});
