import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionSchema } from '../../contract/fleet/jobs/action.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import { orderResultSchema } from '../../contract/fleet/jobs/order-report.ts';
import type { Lists } from './change-lists.ts';
import { decideFate, takesMs } from './decide-fate.ts';
import type { Fate } from './decide-fate.ts';
import { planOrder } from './plan-order.ts';

const NOW = 1_800_000_000;
const lists: Lists = {
  installed: [['jq', 'amd64', '1', '', '']],
  candidates: [['jq', 'amd64', '2', '', '']],
};
const changes = [{ name: 'jq', arch: 'amd64', before: '1', after: '2' }];
const order: Order = {
  v: 1,
  host: 'h'.repeat(22),
  job: 7,
  serial: 1,
  simulate: false,
  action: actionSchema.parse({ do: 'upgrade' }),
  expected: changes,
  expiresAt: NOW + 60,
  health: ['web'],
};

type Case = readonly [what: string, more: Partial<Order>, fate: Fate, outcome: string, text: RegExp, atOnce: boolean];

const window = (from: number, to: number) => ({ window: { from: NOW + from, to: NOW + to } });
const cases: readonly Case[] = [
  ['an order', {}, 'done', 'done', /^$/, false],
  ['a host that breaks', {}, 'failed', 'failed', /those that break/, false],
  ['a simulation', { simulate: true, expiresAt: NOW - 1 }, 'failed', 'simulated', /^$/, true],
  ['something else was foreseen', { expected: [] }, 'done', 'refused', /something else/, true],
  ['it came too late', { expiresAt: NOW - 1 }, 'done', 'refused', /after its end/, true],
  ['its window is over', window(-60, -1), 'done', 'missed', /window is over/, true],
  ['its window is to come', window(60, 120), 'done', 'done', /^$/, false],
];

test('an order ends as an executor would end it', () => {
  for (const [what, more, fate, outcome, text, atOnce] of cases) {
    const planned = planOrder({ order: { ...order, ...more }, lists, fate, nowMs: NOW * 1000 });
    const result = orderResultSchema.parse(planned.result);
    assert.deepEqual([result.outcome, planned.atOnce], [outcome, atOnce], what);
    assert.match(result.text, text, what);
    assert.deepEqual(planned.step?.changes, outcome === 'done' ? changes : undefined, `${what}: what is changed`);
    assert.equal(planned.notBeforeMs, more.window && !atOnce ? more.window.from * 1000 : undefined, what);
  }
});

test('so many hosts fail or are silent, the same ones each time, and orders take so long on average', () => {
  const fates = { failing: 0.05, silent: 0.02, takesSeconds: 60 };
  const hosts = Array.from({ length: 20_000 }, (_, host) => host);
  const count = (fate: Fate): number => hosts.filter((host) => decideFate(host, fates) === fate).length;
  assert.ok(Math.abs(count('failed') - 1000) < 100, `${count('failed')} fail`);
  assert.ok(Math.abs(count('silent') - 400) < 60, `${count('silent')} are silent`);
  const times = hosts.map((host) => takesMs(host, fates));
  assert.ok(Math.min(...times) >= 30_000 && Math.max(...times) <= 90_000);
  assert.ok(Math.abs(times.reduce((sum, ms) => sum + ms, 0) / hosts.length - 60_000) < 1000);
  assert.deepEqual(
    [0, 1].map((share) => decideFate(5, { ...fates, silent: 0, failing: share })),
    ['done', 'failed'],
  );
});
