// 110,000 hosts with 2,000 packages each, some 33,000 different lists: how large the fleet's store is, and how long questions
// take, in SQLite and PostgreSQL beside each other. At most 300 MB and 300 ms are wanted. Arguments: which of the shapes
// `uniform` and `individual`, in which each host has some packages of its own.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { openQuestionProcess } from '../fleet/questions/question-process.ts';
import type { AskQuestion } from '../fleet/questions/questions.ts';
import { openStore } from '../fleet/store/open-store.ts';
import type { Store, StorePlace } from '../fleet/store/open-store.ts';
import { createLog } from '../lib/log.ts';
import { startPostgres } from '../test/helpers/postgres.ts';
import { copyFleet, fillFleet, storeWholeLists } from './fill-fleet.ts';
import { fleetShapes } from './generate-fleet.ts';

const RUNS = 15;
const MOST_MS = 300;
const MOST_MB = 300;
const WHOLE_LISTS = 100;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

type Question = readonly [what: string, ask: (ask: AskQuestion, run: number) => Promise<{ readonly total: number }>];

const installed = 'installed';
const questions: readonly Question[] = [
  [
    'who has X older than V',
    (ask, run) =>
      ask('hosts-with-package', { package: `package-${run * 7}`, older: '1.0', kind: installed, limit: 100 }),
  ],
  [
    'who has X older than V, a rare one',
    (ask, run) =>
      ask('hosts-with-package', { package: `package-${20_000 + run}`, older: '9', kind: installed, limit: 100 }),
  ],
  ['versions of X', (ask, run) => ask('package-versions', { package: `package-${run * 7}`, kind: installed })],
  ['what is outdated', (ask) => ask('outdated', { limit: 100 })],
  ['packages by a word', (ask, run) => ask('packages', { search: `age-1${run}`, kind: installed, limit: 100 })],
];

async function timeQuestions(places: readonly (readonly [name: string, StorePlace])[]): Promise<void> {
  const processes = places.map(
    ([name, place]) => [name, openQuestionProcess({ place, log: createLog('bench', 'warn') })] as const,
  );
  for (const [what, ask] of questions) {
    const took = new Map(processes.map(([name]) => [name, [] as number[]]));
    const totals = new Set<string>();
    // The first run of each is not counted: it starts the process. Runs alternate.
    for (let run = 0; run <= RUNS; run += 1) {
      for (const [name, process] of processes) {
        const started = performance.now();
        const { total } = await ask(process.ask, run);
        if (run > 0) took.get(name)?.push(performance.now() - started);
        totals.add(`${run} ${total}`);
      }
    }
    if (totals.size !== RUNS + 1) throw new Error(`${what}: the two stores do not agree`);
    const figures = [...took].map(
      ([name, all]) =>
        `${name} ${median(all).toFixed(0)} ms (${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)})`,
    );
    print(`  ${what}: ${figures.join(', ')}`);
  }
  for (const [, process] of processes) await process.close();
}

async function postgresBytes(uri: string): Promise<number> {
  const client = new Client({ connectionString: uri });
  await client.connect();
  await client.query('vacuum analyze');
  const { rows } = await client.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  await client.end();
  return Number(rows[0]?.bytes);
}

async function sqliteBytes(file: string): Promise<number> {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  return (await stat(file)).size;
}

async function timeWholeLists(
  stores: readonly (readonly [name: string, Store])[],
  shape: (typeof fleetShapes)[number],
) {
  const figures: string[] = [];
  for (const [name, store] of stores) {
    const took = await storeWholeLists(store, shape, WHOLE_LISTS);
    figures.push(`${name} ${median(took).toFixed(0)} ms`);
  }
  print(`  a whole list that is new, stored: ${figures.join(', ')}`);
}

const work = await mkdtemp(join(tmpdir(), 'gutinteg-bench-fleet-'));
const postgres = await startPostgres();
try {
  print(`median of ${RUNS} runs (fastest–slowest); at most ${MOST_MB} MB and, for "who has", ${MOST_MS} ms are wanted`);
  const wanted = process.argv.slice(2);
  for (const shape of fleetShapes.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const file = join(work, `${shape.sets}-${shape.classes}.db`);
    const uri = await postgres.newDatabase();
    const [sqlite, other] = [await openStore({ file }), await openStore({ postgres: uri })];
    const bases = await fillFleet(sqlite, shape);
    await copyFleet(sqlite, other);
    print(`${shape.name}: ${shape.hosts} hosts, ${shape.sets} lists, ${bases} bases`);
    const [ours, theirs] = [await sqliteBytes(file), await postgresBytes(uri)];
    print(`  size: SQLite ${(ours / 1e6).toFixed(0)} MB, PostgreSQL ${(theirs / 1e6).toFixed(0)} MB`);
    await timeQuestions([
      ['SQLite', { file }],
      ['PostgreSQL', { postgres: uri }],
    ]);
    await timeWholeLists(
      [
        ['SQLite', sqlite],
        ['PostgreSQL', other],
      ],
      shape,
    );
    await Promise.all([sqlite.close(), other.close()]);
  }
} finally {
  await postgres.stop();
  await rm(work, { recursive: true });
}
