// The fleet's server when its store fails: no room, nothing in it, another database. What hosts and administrators are told, and that
// the server goes on by itself.
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { openStore } from '../../fleet/store/open-store.ts';
import type { Store } from '../../fleet/store/open-store.ts';
import { runCommand } from '../../lib/run-command.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';
import { scratchDirectory } from '../helpers/loop-disk.ts';
import { startPostgres } from '../helpers/postgres.ts';

/** A file system of its own, in memory. */
async function mountSmall(stack: AsyncDisposableStack, directory: string, size: string): Promise<void> {
  await runCommand(['mount', '-t', 'tmpfs', '-o', `size=${size}`, 'small', directory]);
  stack.defer(async () => void (await runCommand(['umount', '--lazy', directory])));
}

/** @returns takes away what fills it */
function fill(directory: string): () => void {
  const file = join(directory, 'filler');
  assert.throws(() => {
    for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
  }, /ENOSPC/);
  return () => rmSync(file);
}

const FULL = /the disk of the fleet's store \S+\/fleet\/fleet\.db is full; nothing was changed/;

test('a server whose disk is full says so to whoever asks, and goes on when there is room', async () => {
  await using stack = new AsyncDisposableStack();
  const prepare = (directory: string): Promise<void> => mountSmall(stack, directory, '4m');
  const fleet = await makeFleetProgram(stack, { prepare });
  const host = fleet.addHost('web1');
  const stranger = fleet.addHost('web2');
  const token = await fleet.makeToken();
  assert.equal((await host.enrol(token)).code, 0);
  assert.match(
    (await fleet.cli(['status'])).said,
    /^WARNING: only [0-3] MB are free on the disk of \S+fleet\.db; when it/m,
  );
  const makeRoom = fill(fleet.state);

  const told = await host.run(['check-in']);
  const words = 'busy: the server can store nothing now; gutinteg fleet status says why, on its computer\n';
  assert.equal(told.said.slice(0, words.length), words);
  assert.match(told.said, /^next check-in in (?:\d+ s|[2-5] min)$/m);
  assert.equal(told.code, 4);
  assert.equal((await stranger.enrol(token)).code, 4);
  const renamed = await fleet.cli(['rename', 'web1', 'web9']);
  assert.match(renamed.said, new RegExp(`${FULL.source}\n  try: free some room on it`));
  assert.equal(renamed.code, 1);
  // Questions are answered: nothing is stored by them.
  assert.match((await fleet.cli(['hosts'])).said, /^web1 .*up to date$/m);
  assert.match(
    (await fleet.cli(['status'])).said,
    new RegExp(`^WARNING: no report could be stored since .* UTC: ${FULL.source}`),
  );
  assert.ok(fleet.log.some(({ msg, error }) => msg === 'the store failed' && FULL.test(String(error))));
  await fleet.kill();
  await fleet.start();

  makeRoom();
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.equal((await stranger.run(['check-in'])).code, 0);
  assert.doesNotMatch((await fleet.cli(['status'])).said, /no report could be stored/);
  assert.match((await fleet.cli(['hosts'])).said, /^web1 .*up to date\nweb2 .*up to date$/m);
});

test('a first start without room leaves nothing that the next one would take for a store', async () => {
  await using stack = new AsyncDisposableStack();
  const prepare = (directory: string): Promise<void> => mountSmall(stack, directory, '2m');
  const fleet = await makeFleetProgram(stack, { prepare });
  await fleet.kill();
  for (const name of ['fleet.db', 'fleet.db-wal', 'fleet.db-shm'])
    rmSync(join(fleet.state, 'fleet', name), { force: true });
  const makeRoom = fill(fleet.state);
  assert.match(
    (await fleet.tryStart()) ?? '',
    /could not be opened\n {2}cause: database or disk is full\n {2}try: free some room/,
  );
  makeRoom();
  await fleet.start();
});

test('a store that has lost everything, or never was one, is not started with', async () => {
  await using stack = new AsyncDisposableStack();
  const fleet = await makeFleetProgram(stack);
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  const file = join(fleet.state, 'fleet/fleet.db');
  await fleet.kill('SIGTERM');
  const backup = readFileSync(file);
  truncateSync(file, 0);
  const emptied = await fleet.tryStart();
  assert.match(
    emptied ?? '',
    /fleet\.db has 0 bytes: it has lost what was in it; nothing was started\n {2}try: put a copy/,
  );
  rmSync(file);
  const other = new DatabaseSync(file);
  other.exec('CREATE TABLE songs (title TEXT)');
  other.close();
  assert.match((await fleet.tryStart()) ?? '', /is no store of a fleet, but another database \(it has songs\)/);
  writeFileSync(file, backup.subarray(0, 12_288));
  assert.match(
    (await fleet.tryStart()) ?? '',
    /could not be opened\n.*malformed\n.*keep the file, and put a copy from a backup/,
  );
  writeFileSync(file, backup);
  await fleet.start();
  assert.equal((await host.run(['check-in'])).code, 0);
});

test('a PostgreSQL without room is told like a disk without room', async () => {
  await using stack = new AsyncDisposableStack();
  const postgres = await startPostgres();
  stack.defer(() => postgres.stop());
  const directory = await scratchDirectory(stack);
  const small = join(directory, 'small');
  mkdirSync(small);
  chmodSync(directory, 0o711);
  await mountSmall(stack, small, '16m');
  const tables = join(small, 'tables');
  mkdirSync(tables);
  chownSync(tables, 65_534, 65_534);
  await runCommand(['psql', postgres.uri('postgres'), '-q', '-c', `create tablespace small location '${tables}'`]);
  await runCommand(['psql', postgres.uri('postgres'), '-q', '-c', 'create database small tablespace small']);
  const store = await openStore({ postgres: postgres.uri('small') });
  stack.defer(() => store.close());
  const makeRoom = fill(small);
  const full = {
    name: 'StoreError',
    message: /^the disk of the PostgreSQL that has the fleet is full; nothing was changed$/,
  };
  await assert.rejects(putMuch(store), full);
  assert.match(
    store.warnings().join(),
    /^no report could be stored since .* UTC: the disk of the PostgreSQL .*free some room/,
  );
  makeRoom();
  await putMuch(store);
  assert.deepEqual(store.warnings(), []);
  const { rows } = await sql<{ count: number }>`select count(*) as count from meta`.execute(store.queries);
  assert.equal(rows[0]?.count, ROWS, 'the one that failed left nothing');
});

test('a PostgreSQL that is away is told by hosts, commands and the log, and the server goes on when it is back', async () => {
  await using stack = new AsyncDisposableStack();
  const postgres = await startPostgres();
  stack.defer(() => postgres.stop());
  const database = await postgres.newDatabase();
  // The server has given up the rights of root.
  const directory = new URL(database).searchParams.get('host') ?? '';
  chmodSync(directory, 0o711);
  const fleet = await makeFleetProgram(stack, { days: 90, words: ['--database', database] });
  const host = fleet.addHost('web1');
  assert.equal((await host.enrol(await fleet.makeToken())).code, 0);
  // Nobody finds its socket, and the connections that there were have ended.
  const socket = join(directory, '.s.PGSQL.5432');
  await postgres.crash();
  renameSync(socket, `${socket}.away`);
  const told = await host.run(['check-in']);
  assert.match(told.said, /^busy: the server can store nothing now; gutinteg fleet status says why, on its computer$/m);
  assert.equal(told.code, 4);
  for (const words of [['status'], ['hosts'], ['show', 'web1'], ['outdated'], ['rename', 'web1', 'web2']]) {
    const { code, said } = await fleet.cli(words);
    assert.match(
      said,
      /^the database of the fleet cannot be reached: connect ENOENT \S+\n {2}try: check --database/,
      words.join(' '),
    );
    assert.equal(code, 1);
  }
  assert.ok(fleet.log.some(({ msg, error }) => msg === 'the store failed' && /cannot be reached/.test(String(error))));
  renameSync(`${socket}.away`, socket);
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.match((await fleet.cli(['hosts'])).said, /up to date$/m);
  assert.doesNotMatch((await fleet.cli(['status'])).said, /WARNING/);
});

const ROWS = 300;

/** More than the pages that it has. */
function putMuch(store: Store): Promise<void> {
  return store.transaction(async (transaction) => {
    for (let row = 0; row < ROWS; row += 1) {
      await transaction
        .insertInto('meta')
        .values({ key: `key-${row}`, value: 'x'.repeat(1500) })
        .execute();
    }
  });
}
