// The talker is killed, and its disk is full, at calls that change a file, while an order is handed over, goes on and ends: the
// executor gets it, and the server hears of its end once.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeResult } from '../../fleet-agent/executor/make-result.ts';
import { nameOfOrder, orderPlaces } from '../../fleet-agent/orders/order-places.ts';
import type { OrderReport } from '../../fleet-agent/orders/order-report.ts';
import { makeAgentLab } from '../helpers/agent-lab.ts';
import type { FaultyCheckIn, FaultyCheckInResult } from '../helpers/check-in-with-fault.ts';
import type { Fault } from '../helpers/faults.ts';
import { FaultyProgram } from '../helpers/faulty-program.ts';
import { howMany } from '../helpers/how-many.ts';

const NO_FAULT = { kind: 'none', at: 0 } as const;
const versions = ['1', '1'];
/** `npm run test:long` tries every call. */
const step = howMany({ few: 8, all: 1 });

async function tryFaults(kind: Fault['kind']): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const lab = await makeAgentLab(stack);
  const host = lab.addHost(`ordered-${kind.toLowerCase()}`);
  const certificate = readFileSync(lab.certificate, 'utf8');
  const words = [host.state, lab.url, certificate, 'ordered'];
  const program = new FaultyProgram<FaultyCheckIn, FaultyCheckInResult>('check-in-with-fault.ts', words);
  stack.use(program);
  writeFileSync(join(host.state, 'enrolment-token'), lab.token, { mode: 0o600 });
  assert.equal((await program.run({ fault: NO_FAULT, versions }))?.outcome, 'done');
  const { reports, trustFile } = orderPlaces(`${host.state}.executor`, `${host.state}.trust`);
  mkdirSync(reports, { recursive: true });
  writeFileSync(trustFile, '{}');
  let calls = 0;
  /** With the fault, and then without. */
  const checkIn = async (at: number): Promise<void> => {
    calls = Math.max(calls, (await program.run({ fault: { kind, at }, versions }))?.calls ?? at);
    const next = await program.run({ fault: NO_FAULT, versions });
    assert.equal(next?.outcome, 'done', `after ${kind} at call ${at}: ${next?.message}`);
  };
  let orders = 0;
  for (let at = 1; at <= calls + step; at += step) {
    orders += 1;
    const order = { order: `{"an order":${at}}`, signature: 's'.repeat(86) };
    const name = nameOfOrder(order);
    const report = (given: OrderReport): void => writeFileSync(join(reports, `${name}.json`), JSON.stringify(given));
    await lab.ask(host.id(), { kind: 'order', order });
    await checkIn(at);
    const laidDown = join(host.state, 'orders', `${name}.json`);
    assert.deepEqual(JSON.parse(readFileSync(laidDown, 'utf8')), order);
    report({ state: 'open', progress: { step: 'applying', text: '' } });
    await checkIn(at);
    report({ state: 'ended', result: makeResult('done', '') });
    await checkIn(at);
    assert.equal((await lab.hostRow(host.id()))?.tasksOpen, 0);
    const rows = await lab.fleet.store.queries.selectFrom('tasks').select('state').execute();
    assert.ok(rows.length === orders && rows.every(({ state }) => state === 'done'), JSON.stringify(rows));
    assert.ok(!existsSync(laidDown));
    for (const place of ['inbox', 'told']) {
      assert.deepEqual(
        readdirSync(join(host.state, place)).filter((file) => !file.endsWith('.new')),
        [],
        place,
      );
    }
  }
  assert.ok(calls > 15, `only ${calls} calls were tried`);
}

test('the talker is killed', () => tryFaults('kill'));

test('the disk of the talker is full', () => tryFaults('ENOSPC'));
