import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from '../fleet.ts';
import { reportMachines } from '../../contract/fleet/api/installed-machines.ts';
import { createLog } from '../../lib/log.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import { makeTestHost } from '../testing/simulated-host.ts';
import { openTestFleet } from '../testing/test-fleet.ts';
import { createTelling } from './tell-server.ts';

const log = createLog('test', 'silent');
const machineOf = (name: string, machineId = `id of ${name}`) => {
  const { publicKey, id } = makeTestHost(name);
  return { machineId, name, publicKey, id };
};

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (const limit = Date.now() + 10_000; !(await isSo()); await delay(2)) assert.ok(Date.now() < limit, 'in vain');
}

test('machines are let in when the server can be reached, each key is told once, and a new key is told', async () => {
  await using stack = new AsyncDisposableStack();
  const { fleet } = await openTestFleet(stack);
  const actor: Actor = { name: 'installer', role: 'approver', only: 'report-machines' };
  const server = { isAway: true, asked: 0, told: 0 };
  const telling = createTelling({
    log,
    retryMs: 1,
    ask: async (machines) => {
      server.asked += 1;
      if (server.isAway) throw new Error('nobody listens there');
      server.told += machines.length;
      const input = { machines };
      const answer = await callOperation(fleet, findOperation('report-machines'), { input, actor });
      return reportMachines.output.parse(answer).results;
    },
  });
  stack.defer(telling.close);
  const machines = Array.from({ length: 150 }, (_, number) => machineOf(`node${number}`));
  for (const { id: _, ...machine } of machines) telling.tell(machine);
  await until(() => server.asked > 3);
  server.isAway = false;
  const enrolled = async (): Promise<number> => {
    const rows = fleet.store.queries.selectFrom('hosts').select('id').where('state', '=', 'enrolled');
    return (await rows.where('origin', '=', 'machdb').execute()).length;
  };
  await until(async () => (await enrolled()) === 150);
  for (const { id: _, ...machine } of machines) telling.tell(machine);
  const { id, ...anew } = machineOf('node7');
  telling.tell(anew);
  const find = () => fleet.store.queries.selectFrom('hosts').select('state').where('id', '=', id).executeTakeFirst();
  await until(async () => (await find())?.state === 'enrolled');
  assert.equal(server.told, 151);
  const former = await fleet.store.queries
    .selectFrom('hosts')
    .select('state')
    .where('id', '=', machines[7]?.id ?? '')
    .executeTakeFirst();
  assert.equal(former?.state, 'revoked', 'it was installed anew');
});

test('a telling that is closed while the server is away ends', async () => {
  const telling = createTelling({ log, ask: () => Promise.reject(new Error('away')) });
  const { id: _, ...machine } = machineOf('web1');
  telling.tell(machine);
  telling.tell({ ...machine, name: 'no name of a host' });
  await telling.close();
});
