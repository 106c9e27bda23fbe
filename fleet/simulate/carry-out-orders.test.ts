import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { actionSchema } from '../../contract/fleet/jobs/action.ts';
import { signOrder } from '../../contract/fleet/jobs/order.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import { createOrders } from './carry-out-orders.ts';
import { createHostPackages } from './host-packages.ts';
import { createPopulation } from './population.ts';
import { readRecordedSystems } from './recorded-lists.ts';

const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const HOST = 1;

function setUp(silent = 0) {
  const population = createPopulation({ hosts: 2, lists: 2 });
  for (const host of [0, HOST]) population.meet(host);
  const packages = createHostPackages(population, readRecordedSystems());
  const clock = { ms: 1000 };
  const orders = createOrders({ population, packages, orderKey: ours.publicKey, now: () => clock.ms });
  const counts: string[] = [];
  const count = (what: string): void => void counts.push(what);
  const by = { fates: { failing: 0, silent, takesSeconds: 60 }, count };
  const order: Order = {
    v: 1,
    host: population.idOf(HOST),
    job: 1,
    serial: 1,
    simulate: false,
    action: actionSchema.parse({ do: 'remove', packages: [{ name: 'dpkg' }] }),
    expiresAt: Math.floor(Date.now() / 1000) + 60,
    health: [],
  };
  const outcomes = (): string[] =>
    population
      .outboxOf(HOST)
      .map((message) => (message.kind === 'order-ended' ? message.result.outcome : message.kind));
  const has = (): boolean => packages.installed(packages.stateOf(HOST)).some(([name]) => name === 'dpkg');
  return { population, packages, clock, orders, counts, count, by, order, outcomes, has };
}

test('an order takes its time; the host says when it begins and ends, and has changed by then', () => {
  const { clock, orders, counts, count, by, order, outcomes, has, packages } = setUp();
  orders.take(HOST, { seq: 4, order: signOrder(order, ours.privateKey) }, by);
  orders.finish(HOST, count);
  assert.deepEqual([outcomes(), has(), counts], [['order-progress'], true, ['begun']]);
  const before = packages.stateOf(HOST);
  clock.ms = orders.dueOf(HOST) ?? 0;
  assert.ok(clock.ms >= 31_000 && clock.ms <= 91_000);
  orders.finish(HOST, count);
  assert.deepEqual([outcomes(), has(), counts], [['order-progress', 'done'], false, ['begun', 'done']]);
  assert.equal(orders.dueOf(HOST), undefined);
  assert.deepEqual(packages.formerStates(packages.stateOf(HOST)), [before]);
});

test('an order of a stranger, or for another host, is refused', () => {
  const { orders, by, order, outcomes, population } = setUp();
  orders.take(HOST, { seq: 4, order: signOrder(order, other.privateKey) }, by);
  const forOther = { ...order, host: population.idOf(0) };
  orders.take(HOST, { seq: 5, order: signOrder(forOther, ours.privateKey) }, by);
  assert.deepEqual(outcomes(), ['refused', 'refused']);
});

test('a silent host has nothing to say of its order', () => {
  const { orders, counts, by, order, outcomes } = setUp(1);
  orders.take(HOST, { seq: 4, order: signOrder(order, ours.privateKey) }, by);
  assert.deepEqual([outcomes(), orders.dueOf(HOST), counts], [[], undefined, ['begun', 'silent']]);
});
