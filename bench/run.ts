// npm run bench [NAME…]: figures side by side with a peer, each with its ratio. Never part of the tests.
import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { runCommand } from '../lib/run-command.ts';

const names = (await readdir(import.meta.dirname)).filter((name) => name.startsWith('bench-') && name.endsWith('.ts'));
const available = names.map((name) => name.slice('bench-'.length, -'.ts'.length)).sort();
const wanted = process.argv.slice(2).filter((word) => word !== '--');
const unknown = wanted.filter((name) => !available.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are: ${available.join(', ')}\n`);
  process.exitCode = 2;
} else {
  for (const name of wanted.length > 0 ? wanted : available) {
    process.stdout.write(`== ${name}\n`);
    await runCommand(
      [process.execPath, '--disable-warning=ExperimentalWarning', join(import.meta.dirname, `bench-${name}.ts`)],
      {
        onLine: (line) => void process.stdout.write(`${line}\n`),
      },
    );
  }
}
