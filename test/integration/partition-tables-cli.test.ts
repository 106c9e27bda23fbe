// `gutinteg partition tables`, typed, on the state directory of a server.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { storedDiskRecordSchema } from '../../contract/disk-record.ts';
import { runCommand } from '../../lib/run-command.ts';
import { fakeDiskRecord } from '../../netboot/fake-disk-record.ts';
import { oneMachineSite } from '../../netboot/fake-machine-source.ts';
import { armMachine } from '../../netboot/machines/arm-machine.ts';
import { createMachines } from '../../netboot/machines/machines.ts';
import { openDatabase } from '../../netboot/state/database.ts';
import { createDiskRecords } from '../../netboot/state/disk-records.ts';

async function setUp(context: TestContext, records: number) {
  const dir = await mkdtemp(join(tmpdir(), 'partition-tables-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  await writeFile(join(dir, 'site.yaml'), `state: ${dir}\n`);
  const database = openDatabase(join(dir, 'netboot.db'));
  const { row } = await armMachine(
    createMachines({ database, source: oneMachineSite().source, attempts: 3 }),
    'q-bert',
  );
  database.close();
  const saved = createDiskRecords(dir, () => 0);
  for (let count = 1; count <= records; count += 1) await saved.save(row.id, count, fakeDiskRecord(`uuid-${count}`));
  const root = join(import.meta.dirname, '../../bin');
  const gutinteg = (...words: string[]) =>
    runCommand([join(root, 'node'), join(root, 'gutinteg.ts'), 'partition', 'tables', '--site', dir, ...words], {
      okExitCodes: [0, 1, 2],
    });
  return { dir, gutinteg };
}

test('records are listed, as text and as JSON, and one is written into a file', async (context) => {
  const { dir, gutinteg } = await setUp(context, 2);
  const { stdout } = await gutinteg('q-bert');
  assert.match(
    stdout,
    /^record 1, saved 1970-01-01 00:00:00 UTC by attempt 1\n {2}disk serial S3Z9NB0K .*: gpt, 0 part/,
  );
  assert.match(stdout, /\nrecord 2, .* by attempt 2\n.*\n {2}data disk0\/h: ext4 UUID=uuid-2, 1\.00 GiB/);
  const listed = JSON.parse((await gutinteg('q-bert', '--json')).stdout) as { number: number }[];
  assert.deepEqual(
    listed.map(({ number }) => number),
    [1, 2],
  );
  const file = join(dir, 'saved.json');
  for (const [words, uuid] of [
    [['--number', '1'], 'uuid-1'],
    [[], 'uuid-2'],
  ] as const) {
    assert.equal((await gutinteg('q-bert', '--save', file, ...words)).exitCode, 0);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal(storedDiskRecordSchema.parse(JSON.parse(await readFile(file, 'utf8'))).data[0]?.fsUuid, uuid);
    const again = await gutinteg('q-bert', '--save', file);
    assert.deepEqual([again.exitCode, again.stderr.includes('already exists')], [2, true]);
    await rm(file);
  }
});

test('what cannot be shown is said', async (context) => {
  const { dir, gutinteg } = await setUp(context, 0);
  assert.match((await gutinteg('q-bert')).stdout, /no partition tables of q-bert have been saved/);
  const table: readonly [string[], RegExp][] = [
    [['nobody'], /no server with this state directory has seen nobody/],
    [['q-bert', '--save', join(dir, 'x.json')], /q-bert has no such record; there are: none/],
    [['q-bert', '--save', join(dir, 'x.json'), '--number', '0'], /'--number <number>' argument '0' is invalid/],
  ];
  for (const [words, message] of table) {
    const { exitCode, stderr } = await gutinteg(...words);
    assert.equal(exitCode, 2);
    assert.match(stderr, message);
  }
});
