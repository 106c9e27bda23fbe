// No order is applied twice, and none is called done that is not: the executor is killed, and its disk is full, at every call that
// changes a file.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import { nameOfOrder } from '../../fleet-agent/orders/order-places.ts';
import { orderReportSchema } from '../../fleet-agent/orders/order-report.ts';
import { howMany } from '../helpers/how-many.ts';
import type { Fault } from '../helpers/faults.ts';
import { FaultyProgram } from '../helpers/faulty-program.ts';
import type { FaultyOrders, FaultyOrdersResult } from '../helpers/run-orders-with-fault.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const key = publicKeyText(privateKey);
const hostKey = publicKeyText(generateKeyPairSync('ed25519').privateKey);
const NO_FAULT = { kind: 'none', at: 0 } as const;

/** `npm run test:long` tries every call. */
const step = howMany({ few: 8, all: 1 });

async function tryEachFault(kind: Fault['kind']): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), 'orders-faults-'));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const spool = join(directory, 'state/orders');
  mkdirSync(spool, { recursive: true });
  writeFileSync(join(directory, 'state/public-key'), `${hostKey}\n`);
  const program = stack.use(
    new FaultyProgram<FaultyOrders, FaultyOrdersResult>('run-orders-with-fault.ts', [directory]),
  );
  let at = kind === 'kill' ? 0 : -2;
  for (let isOver = false; !isOver;) {
    at += step;
    const order = signOrder(
      {
        v: 1,
        host: idOfKey(hostKey),
        job: 1,
        serial: at,
        simulate: false,
        action: { do: 'install', packages: [{ name: `lab-${at}` }] },
        expected: [{ name: `lab-${at}`, arch: 'all', before: null, after: '1' }],
        expiresAt: Math.floor(Date.now() / 1000) + 3600,
        health: [],
      },
      privateKey,
    );
    const name = nameOfOrder(order);
    writeFileSync(join(spool, `${name}.json`), JSON.stringify(order));
    const faulty = await program.run({ fault: { kind, at }, key });
    isOver = faulty !== undefined && faulty.calls < at;
    const next = await program.run({ fault: NO_FAULT, key });
    assert.equal(next?.thrown, '', `after ${kind} at call ${at}`);
    const report = orderReportSchema.parse(
      JSON.parse(readFileSync(join(directory, 'executor/reports', `${name}.json`), 'utf8')),
    );
    const isThere = readdirSync(join(directory, 'packages')).includes(`lab-${at}`);
    const outcome = report.state === 'ended' ? report.result.outcome : 'open';
    assert.ok(outcome === 'done' ? isThere : outcome === 'failed' || outcome === 'refused', `${outcome} at ${at}`);
    if (outcome === 'refused') assert.ok(!isThere, `refused at ${at}`);
    const log = readFileSync(join(directory, 'executor/log', `${name}.log`), 'utf8');
    assert.ok(log.split(': mkdir ').length <= 2, `applied twice after ${kind} at call ${at}:\n${log}`);
    rmSync(join(spool, `${name}.json`));
  }
  assert.ok(at > 20, `only ${at} calls were tried`);
}

test('an executor that is killed at any call that changes a file', () => tryEachFault('kill'));

test('an executor whose disk is full at any call', () => tryEachFault('ENOSPC'));
