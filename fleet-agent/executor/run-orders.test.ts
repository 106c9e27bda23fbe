// What the administrator takes back while orders are carried out; test/integration/fleet-orders-*.test.ts have real package systems.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import { runCommand } from '../../lib/run-command.ts';
import { dpkg } from '../../package-systems/dpkg/dpkg.ts';
import type { PackageQuestion } from '../../package-systems/package-system.ts';
import { nameOfOrder } from '../orders/order-places.ts';
import { readUptime } from '../state/due-file.ts';
import { dropAccepted, readAccepted } from './accepted-orders.ts';
import { openExecutorDirectory } from './open-executor.ts';
import { makeRecord, readRecord } from './own-record.ts';
import { openReports } from './report-files.ts';
import { runOrders } from './run-orders.ts';
import { openStagedFiles } from './staged-files.ts';
import type { Trust } from './trust-file.ts';

const HOST = 'A'.repeat(22);
const { privateKey } = generateKeyPairSync('ed25519');
const says = <T>(answer: T): PackageQuestion<T> => ({ commands: [], parse: () => answer });

function order(serial: number, more: Partial<Order> = {}) {
  const expiresAt = Math.floor(Date.now() / 1000) + 600;
  const action = { do: 'refresh' } as const;
  const signed = signOrder(
    { v: 1, host: HOST, job: 1, serial, simulate: false, action, expiresAt, health: [], ...more },
    privateKey,
  );
  return { name: nameOfOrder(signed), serial, read: () => signed };
}

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'run-orders-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const paths = openExecutorDirectory(join(directory, 'executor'), join(directory, 'trust.json'));
  makeRecord(paths.record, HOST);
  const results: string[] = [];
  const of = {
    trust: { keys: [publicKeyText(privateKey)] } as Trust | undefined,
    spool: [order(1)],
    atLocks: (): void => {},
    atList: (): void => {},
  };
  const system = {
    ...dpkg,
    get list() {
      of.atList();
      return says([]);
    },
    broken: says([]),
    besideEdited: [],
    get locks() {
      of.atLocks();
      return [];
    },
  };
  const context = {
    paths,
    system,
    host: { run: runCommand },
    reports: openReports(paths.reports, undefined),
    files: openStagedFiles(join(directory, 'none'), paths.files),
    limits: { programMs: 1000, lockMs: 0, healthMs: 1000 },
    uptime: readUptime(),
    now: Date.now,
  };
  const run = (onResult = (): void => {}) =>
    runOrders({
      context,
      trust: () => of.trust,
      spool: () => of.spool,
      isStopping: () => false,
      onResult: (_, result) => {
        results.push(typeof result === 'string' ? result : `${result.outcome} ${result.text}`.trimEnd());
        onResult();
      },
    });
  return { paths, of, results, run };
}

test('what comes after the administrator has refused orders is not taken, although one was at work meanwhile', async (t) => {
  const { paths, of, results, run } = open(t);
  await run(() => {
    of.trust = undefined;
    of.spool.push(order(2));
  });
  assert.deepEqual(results, ['done']);
  assert.deepEqual([readAccepted(paths), readRecord(paths.record)?.serial], [[], 1]);
});

const later = { from: 4_000_000_000, to: 4_000_000_600 };

for (const [when, hook, more] of [
  ['it is prepared', 'atLocks', {}],
  ['it is prepared for its window', 'atLocks', { window: later, expiresAt: later.to }],
  ['it is about to begin', 'atList', {}],
] as const) {
  test(`an order that is dropped while ${when} changes nothing`, async (t) => {
    const { paths, of, results, run } = open(t);
    of.spool = [order(1, more)];
    of[hook] = () => of.spool.forEach(({ name }) => dropAccepted(paths, name));
    await run();
    const why = 'refused the administrator of this host has changed whose orders it takes, so nothing was changed';
    assert.deepEqual([results, readAccepted(paths), readRecord(paths.record)?.running], [[why], [], null]);
  });
}
