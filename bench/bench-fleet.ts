// 110,000 simulated hosts, which come every half an hour with signed requests, and one server, in SQLite and PostgreSQL beside each
// other: npm run bench fleet [PART]…, and --hosts NUMBER, --profile DIRECTORY. The server is alone on one core, the hosts and
// PostgreSQL are on the other one. Parts: `steady` (61 check-ins a second; 250 ms, 60 % of a core and 500 MB are the most that
// is wanted), `outage` (all of them are back within five minutes), `first` (a new fleet: all have reported within two hours), `jobs` (one
// for all of them, made in 10 s; one under which 5 % break, until it halts; one that goes through, for two minutes).
// Nothing is shortened but the time that is watched. Exit code 1 when a host was lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { comeBack, liveOn, reportFirst } from '../fleet/simulate/simulate.ts';
import { runMain } from '../lib/exit.ts';
import { UserError } from '../lib/errors.ts';
import { startPostgres } from '../test/helpers/postgres.ts';
import { makeFilledPlaces, makeNewPlaces } from './fleet-places.ts';
import type { FleetPlace } from './fleet-places.ts';
import { measureFleetJobs } from './measure-fleet-jobs.ts';
import { OTHER_CORE, pin, SERVER_CORE, withServer } from './measure-fleet.ts';
import type { FleetMeasurement } from './measure-fleet.ts';
import { parseOptions } from './parse-options.ts';

const INTERVAL_SECONDS = 1800;
const STEADY_SECONDS = 60;
const SHARED_SECONDS = 20;
const SHARED = 32;
/** All come within this time, as is wanted. */
const BACK_SECONDS = 300;
const FIRST_SECONDS = 30;
const FIRST_AT_ONCE = 16;

const { signal } = new AbortController();
const usual = { atOnce: 1000, signal };

/** By the names of `benchParts`. */
const parts: Readonly<Record<string, readonly FleetMeasurement[]>> = {
  steady: [
    {
      what: 'steady, a connection for each check-in',
      run: (simulation) => liveOn(simulation, { ...usual, seconds: STEADY_SECONDS, intervalSeconds: INTERVAL_SECONDS }),
    },
    {
      what: `steady, ${SHARED} connections that stay open`,
      shared: SHARED,
      run: (simulation) => liveOn(simulation, { ...usual, seconds: SHARED_SECONDS, intervalSeconds: INTERVAL_SECONDS }),
    },
  ],
  outage: [
    {
      what: `all back within ${BACK_SECONDS} s`,
      run: (simulation) =>
        comeBack(simulation, { ...usual, withinSeconds: BACK_SECONDS, atMostSeconds: 2 * BACK_SECONDS }),
    },
  ],
  first: [
    {
      what: `a new fleet, its first ${FIRST_SECONDS} s`,
      run: async (simulation) => {
        const hosts = Array.from({ length: simulation.population.size }, (_, host) => host);
        const options = { hosts, atOnce: FIRST_AT_ONCE, atMostSeconds: FIRST_SECONDS, signal };
        // All are due from the beginning, so most of them wait.
        return { ...(await reportFirst(simulation, options)), waiting: 0 };
      },
    },
  ],
};

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

await runMain(async () => {
  const options = { hosts: { type: 'string', default: '110000' }, profile: { type: 'string' } } as const;
  const { values, positionals } = parseOptions({ args: process.argv.slice(2), options, allowPositionals: true });
  const names = [...Object.keys(parts), 'jobs'];
  const wrong = positionals.find((word) => !names.includes(word));
  if (wrong !== undefined) throw new UserError(`no part ${wrong}; there are: ${names.join(', ')}`, { exitCode: 2 });
  const wanted = names.filter((name) => positionals.length === 0 || positionals.includes(name));
  const { profile } = values;
  await pin(process.pid, OTHER_CORE);
  await using cleanup = new AsyncDisposableStack();
  const work = await mkdtemp(join(tmpdir(), 'gutinteg-bench-fleet-'));
  cleanup.defer(() => rm(work, { recursive: true }));
  const postgres = await startPostgres();
  cleanup.defer(() => postgres.stop());
  const context = { work, postgres, hosts: Number(values.hosts) };
  const every = `${context.hosts} hosts every ${INTERVAL_SECONDS / 60} minutes`;
  print(`${every}; the server on core ${SERVER_CORE}, hosts and PostgreSQL on core ${OTHER_CORE}`);

  const run = async (places: readonly FleetPlace[], name: string): Promise<void> => {
    for (const measurement of parts[name] ?? []) {
      const { what, shared, run: phase } = measurement;
      for (const place of places) {
        await withServer(place, { shared, profile, print }, async (simulation, measure) => {
          await measure(what, () => phase(simulation));
        });
      }
    }
  };
  const compareJobs = async (places: readonly FleetPlace[]): Promise<void> => {
    const [first = {}, second = {}] = await inTurn(places, (place) => measureFleetJobs(place, { profile, print }));
    for (const [what, value] of Object.entries(first)) {
      const other = second[what] ?? 0;
      print(`${what}: ${value.toFixed(1)} and ${other.toFixed(1)}, ratio ${(other / value).toFixed(2)}`);
    }
  };
  const ofFilled = wanted.filter((name) => name !== 'first');
  if (ofFilled.length > 0) {
    const began = performance.now();
    const places = await makeFilledPlaces(context);
    print(`both stores were filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
    for (const name of ofFilled) await run(places, name);
    if (wanted.includes('jobs')) await compareJobs(places);
  }
  if (wanted.includes('first')) await run(await makeNewPlaces(context, 'new'), 'first');
});
