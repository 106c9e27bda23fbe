// kill -9 of updates, at calls of ours and, by strace, at system calls of any thread: npm run bench kills -- [COUNT]
// [--seed NUMBER]. 200 of each unless given. Exit code 1 when one leaves anything but old and new paths, or the next run
// does not end it.
import { UserError } from '../lib/errors.ts';
import { runMain } from '../lib/exit.ts';
import { NIGHTS, disturbNights } from '../test/integration/packagelink-call-kills.ts';
import { killUpdates } from '../test/integration/packagelink-updates.ts';
import { parseOptions } from './parse-options.ts';

await runMain(async () => {
  const { positionals, values } = parseOptions({ allowPositionals: true, options: { seed: { type: 'string' } } });
  const [count = '200', ...others] = positionals;
  const seed = values.seed ?? '1';
  if (!/^[1-9]\d{0,5}$/.test(count) || !/^\d{1,9}$/.test(seed) || others.length > 0) {
    throw new UserError(`kills ${process.argv.slice(2).join(' ')}: not a count and a seed`, { exitCode: 2 });
  }
  const wanted = { seed: Number(seed), count: Number(count) };
  const say = (where: string): void =>
    void process.stdout.write(
      `${count} kills at some of ${where}, --seed ${seed}: each path old or new, all ended by the next run\n`,
    );
  say(`${await killUpdates(wanted)} calls of ours`);
  for (const kind of Object.keys(NIGHTS) as (keyof typeof NIGHTS)[]) {
    const { calls, ofDatabase, survived } = await disturbNights(kind, { ...wanted, fault: 'SIGKILL' });
    say(`${calls} system calls of a run ${kind} (${ofDatabase} in SQLite, ${survived} too late)`);
  }
});
