import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fakeDiskRecord } from '../fake-disk-record.ts';
import { createDiskRecords, listDiskRecords, readDiskRecord } from './disk-records.ts';

const MACHINE = '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f11';
const OTHER = '5e9ad2f0-6f0e-4b6e-9c55-0d3f3a6c0f12';

async function stateDirectory(context: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-records-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const numbers = async (dir: string): Promise<number[]> =>
  (await listDiskRecords(dir, MACHINE)).map(({ number }) => number);

test('what was saved is read back, and only its owner may read it', async (context) => {
  const dir = await stateDirectory(context);
  const records = createDiskRecords(dir, () => 77);
  assert.deepEqual(await records.newestData(MACHINE), []);
  assert.equal(await records.save(MACHINE, 2, fakeDiskRecord()), 1);
  const [file = assert.fail('no record')] = await listDiskRecords(dir, MACHINE);
  assert.deepEqual(file, { path: join(dir, 'disks', MACHINE, '1-2.json'), number: 1, attempt: 2 });
  assert.equal((await stat(file.path)).mode & 0o777, 0o600);
  assert.equal((await stat(join(dir, 'disks'))).mode & 0o777, 0o700);
  assert.deepEqual(await readDiskRecord(file.path), {
    format: 1,
    savedAtMs: 77,
    machineId: MACHINE,
    ...fakeDiskRecord(),
  });
});

test('the newest record says where data lies, also past the tenth; machines are apart', async (context) => {
  const dir = await stateDirectory(context);
  const records = createDiskRecords(dir);
  await Promise.all(
    Array.from({ length: 11 }, (_, index) => records.save(MACHINE, 1, fakeDiskRecord(`uuid-${index + 1}`))),
  );
  assert.equal((await records.newestData(MACHINE))[0]?.fsUuid, 'uuid-11');
  assert.deepEqual(await records.newestData(OTHER), []);
});

test('twenty are kept; what a crash left unfinished is no record and goes with the next one', async (context) => {
  const dir = await stateDirectory(context);
  const records = createDiskRecords(dir);
  const unfinished = join(dir, 'disks', MACHINE, '.9-1.json.0123456789ab');
  await mkdir(join(dir, 'disks', MACHINE), { recursive: true });
  await writeFile(unfinished, '{"format":1,"disks":[');
  assert.deepEqual(await records.newestData(MACHINE), []);
  for (let count = 0; count < 23; count += 1) await records.save(MACHINE, 1, fakeDiskRecord());
  assert.deepEqual(
    await numbers(dir),
    Array.from({ length: 20 }, (_, index) => index + 4),
  );
  assert.equal((await readdir(join(dir, 'disks', MACHINE))).length, 20);
});

test('a newest record that cannot be read is an error, never an older one or none', async (context) => {
  const dir = await stateDirectory(context);
  const records = createDiskRecords(dir);
  await records.save(MACHINE, 1, fakeDiskRecord());
  for (const text of ['', '{"format":1', '{"format":2,"savedAtMs":1,"machineId":null,"disks":[],"data":[]}']) {
    await writeFile(join(dir, 'disks', MACHINE, '2-1.json'), text);
    await assert.rejects(records.newestData(MACHINE), /2-1\.json/, text);
  }
});

test('a directory that cannot be written to is an error, and the next save works', async (context) => {
  const dir = await stateDirectory(context);
  const records = createDiskRecords(dir);
  await writeFile(join(dir, 'disks'), 'in the way');
  await assert.rejects(records.save(MACHINE, 1, fakeDiskRecord()));
  await rm(join(dir, 'disks'));
  assert.equal(await records.save(MACHINE, 1, fakeDiskRecord()), 1);
});

test('a server that is killed while it saves has every record that it said it had, each whole', async (context) => {
  const dir = await stateDirectory(context);
  const saving = `
    const { createDiskRecords } = await import('${new URL('disk-records.ts', import.meta.url).href}');
    const { fakeDiskRecord } = await import('${new URL('../fake-disk-record.ts', import.meta.url).href}');
    const records = createDiskRecords(${JSON.stringify(dir)});
    for (;;) console.log(await records.save('${MACHINE}', 1, fakeDiskRecord('x'.repeat(60))));
  `;
  for (const until of [1, 2, 5]) {
    const before = (await numbers(dir)).at(-1) ?? 0;
    const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', saving];
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let said = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      said = Number(line);
      if (said >= before + until) child.kill('SIGKILL');
    }
    await ended;
    const files = await listDiskRecords(dir, MACHINE);
    assert.ok((files.at(-1)?.number ?? 0) >= said && said >= before + until);
    for (const { path } of files) await readDiskRecord(path);
  }
});
