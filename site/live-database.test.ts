import assert from 'node:assert/strict';
import { mkdir, mkdtemp, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { describeError } from '../lib/errors.ts';
import type { UserError } from '../lib/errors.ts';
import { openLiveDatabase } from './live-database.ts';

const SOUND = 'm1:\n MAC=52:54:00:00:00:01\n IP=10.0.0.1\n';

async function setUp(context: TestContext, pollMs = 0) {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-live-'));
  context.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(join(dir, 'machdb'));
  const write = (text: string): Promise<void> => writeFile(join(dir, 'machdb/a.db'), text);
  await write(SOUND);
  const unsound: UserError[] = [];
  const versions: number[] = [];
  const next = { version: Promise.withResolvers<void>() };
  const live = await openLiveDatabase({
    siteDir: dir,
    pollMs,
    onUnsound: (error) => void unsound.push(error),
    onVersion: ({ version }) => {
      versions.push(version);
      next.version.resolve();
    },
  });
  context.after(() => live.close());
  return { dir, write, live, unsound, versions, next };
}

test('the index knows names, MACs and IPs', async (context) => {
  const { live } = await setUp(context);
  const { index } = live.current();
  assert.deepEqual([...index.names], ['m1']);
  assert.deepEqual([...index.byMac], [['52:54:00:00:00:01', 'm1']]);
  assert.deepEqual([...index.byIp], [['10.0.0.1', 'm1']]);
});

test('a change comes into force, once, however many ask', async (context) => {
  const { write, live, versions } = await setUp(context);
  await live.refresh();
  assert.deepEqual(versions, []);
  await write(`${SOUND}m2:\n IP=10.0.0.2\n`);
  const before = live.current();
  await Promise.all(Array.from({ length: 20 }, () => live.refresh()));
  assert.deepEqual(versions, [2]);
  assert.deepEqual([...live.current().index.names], ['m1', 'm2']);
  assert.deepEqual([...before.index.names], ['m1'], 'a version never changes');
});

test('what is not sound is told once, and the last sound version stays', async (context) => {
  const { write, live, unsound, versions } = await setUp(context);
  await write(`${SOUND}m2: nosuch\n IP=10.0.0.2\n`);
  await live.refresh();
  await live.refresh();
  assert.equal(unsound.length, 1);
  assert.match(live.fault()?.error.message ?? '', /m2 inherits from nosuch, which is not defined/);
  const since = live.fault()?.sinceMs;
  assert.deepEqual([...live.current().index.names], ['m1']);
  await write(`${SOUND}m2:\n IP=10.0.0.1\n`);
  await live.refresh();
  assert.match(live.fault()?.error.message ?? '', /m2 has the IP address 10\.0\.0\.1 of m1/);
  assert.equal(live.fault()?.sinceMs, since, 'since the first edit that was not sound');
  await write(`${SOUND}m2:\n IP=10.0.0.2\n`);
  await live.refresh();
  assert.equal(live.fault(), undefined);
  assert.deepEqual(versions, [2]);
});

test('a database that goes away is a fault like any other', async (context) => {
  const { dir, live } = await setUp(context);
  await rm(join(dir, 'machdb'), { recursive: true });
  await live.refresh();
  assert.match(live.fault()?.error.message ?? '', /cannot read the machine database/);
  assert.deepEqual([...live.current().index.names], ['m1']);
});

test('what cannot be read is tried again at each look, and told once, with the reason', async (context) => {
  const { dir, live, unsound } = await setUp(context);
  await rename(join(dir, 'machdb/a.db'), join(dir, 'a.db'));
  await mkdir(join(dir, 'machdb/a.db'));
  await live.refresh();
  await live.refresh();
  assert.deepEqual(unsound.map(describeError), [
    `cannot read ${dir}/machdb/a.db: it is a directory, not a regular file`,
  ]);
});

test('an edit behind a symbolic link is seen', async (context) => {
  const { dir, live } = await setUp(context);
  await writeFile(join(dir, 'elsewhere'), 'm2:\n IP=10.0.0.2\n');
  await symlink('../elsewhere', join(dir, 'machdb/b.db'));
  await live.refresh();
  assert.deepEqual([...live.current().index.names], ['m1', 'm2']);
  await writeFile(join(dir, 'elsewhere'), 'm3:\n IP=10.0.0.3\n');
  await live.refresh();
  assert.deepEqual([...live.current().index.names], ['m1', 'm3']);
});

test('a file that is being written is not read before it is whole', { timeout: 30_000 }, async (context) => {
  const { dir, live, versions, next } = await setUp(context, 100);
  await using file = await open(join(dir, 'machdb/a.db'), 'w');
  for (let number = 1; number <= 20; number += 1) {
    await file.write(`m${number}:\n IP=10.0.0.${number}\n`);
    await delay(20);
  }
  await next.version.promise;
  assert.deepEqual(versions, [2]);
  assert.equal(live.current().index.names.size, 20);
});

test('what changed while it was read is read again', async (context) => {
  const { dir, live, versions } = await setUp(context);
  const machines = (from: number) =>
    Array.from({ length: 3000 }, (_, index) => `n${from + index}:\n A=1\n`).join('') +
    `m${from}:\n IP=10.0.0.${from}\n`;
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(join(dir, name), text);
    await rename(join(dir, name), join(dir, 'machdb', name));
  };
  const both = async (from: number): Promise<void> => {
    await put('b.db', `x${from}:\n IP=10.1.0.${from}\n`);
    await put('a.db', machines(from));
  };
  await both(1);
  const reading = live.refresh();
  while (!live.isReading()) await delay(0);
  await both(2);
  await reading;
  assert.deepEqual([...live.current().index.names], ['m2', 'x2']);
  assert.deepEqual(versions, [2], 'no mixture has been in force');
});

test('a package that is made later makes it sound without an edit', async (context) => {
  const { dir, write, live } = await setUp(context);
  await write(`${SOUND} PACKAGES=motd\n`);
  await live.refresh();
  assert.match(live.fault()?.error.message ?? '', /no packages\/motd/);
  await mkdir(join(dir, 'packages/motd'), { recursive: true });
  await live.refresh();
  assert.equal(live.fault(), undefined);
});

test('the files are looked at by themselves', { timeout: 30_000 }, async (context) => {
  const { write, live, next } = await setUp(context, 5);
  await write(`${SOUND}m2:\n IP=10.0.0.2\n`);
  await next.version.promise;
  assert.equal(live.current().index.names.has('m2'), true);
});

test('a server goes on while a large database is read', async (context) => {
  const { write, live } = await setUp(context);
  const machines = Array.from({ length: 20_000 }, (_, index) => {
    const [high, low] = [index >> 8, index & 255];
    return `n${index}:\n    IP=10.1.${high}.${low}\n    MAC=52:54:00:01:${high.toString(16)}:${low.toString(16)}\n    A=1\n`;
  });
  await write(machines.join(''));
  const started = performance.now();
  let [last, longest] = [started, 0];
  const turn = (): void => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
    if (live.current().version === 1) setImmediate(turn);
  };
  setImmediate(turn);
  await live.refresh();
  const total = performance.now() - started;
  assert.equal(live.current().index.names.size, 20_000);
  // In one go, the checks alone are most of it. A share, so that a slow computer is slow in both.
  assert.ok(longest < total / 3, `${longest.toFixed(0)} ms of ${total.toFixed(0)} ms in one go`);
});
