// Power cuts: npm run bench power-cut -- [COUNT] [--seed SEED]. COUNT moments, 2 unless given, of an installation over
// disks with data; after each the power comes back. Exit code 1 when one does not end installed with its data unharmed.
import { randomBytes } from 'node:crypto';
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { runPowerCuts } from '../test/qemu/power-cut.ts';
import { parseOptions } from './parse-options.ts';

const MINUTES_EACH = 6;

function parseArguments(): { count: number; seed: string } {
  const { positionals, values } = parseOptions({ allowPositionals: true, options: { seed: { type: 'string' } } });
  const [count = '2', ...others] = positionals;
  if (!/^[1-9]\d{0,3}$/.test(count) || others.length > 0) {
    throw new UserError(`power-cut ${positionals.join(' ')}: not a number of moments`, { exitCode: 2 });
  }
  return { count: Number(count), seed: values.seed ?? randomBytes(4).toString('hex') };
}

await runMain(async () => {
  const { count, seed } = parseArguments();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`${count} power cuts, --seed ${seed}`);
  const limitMs = (count + 2) * MINUTES_EACH * 60_000;
  const survived = await runPowerCuts({ name: 'bench-power-cut', seed, count, cutsEach: 1, limitMs, say });
  say(`${survived} of ${count}: installed, data unharmed`);
  if (survived < count) process.exitCode = 1;
});
