// What a simulated host makes of an order, as an executor would. In: an order whose signature is right, the host's lists, its fate. Out: when
// it begins, what it says at its end, and what has changed by then. Never: I/O; a clock.
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import { stepOf } from './change-lists.ts';
import type { Lists, Step } from './change-lists.ts';
import type { Fate } from './decide-fate.ts';

export type PlannedOrder = {
  /** It says so at once, without having begun; otherwise it takes its time. */
  readonly atOnce: boolean;
  /** Milliseconds since 1970, of an order that waits for its window. */
  readonly notBeforeMs?: number;
  readonly result: OrderResult;
  /** Undefined where nothing changes. */
  readonly step?: Step;
};

const NOTHING: OrderResult = {
  outcome: 'done',
  text: '',
  changes: [],
  keptConfiguration: [],
  recovered: false,
  health: [],
  output: '',
};

export const refused = (text: string): PlannedOrder => ({
  atOnce: true,
  result: { ...NOTHING, outcome: 'refused', text },
});

type Asked = { readonly order: Order; readonly lists: Lists; readonly fate: Fate; readonly nowMs: number };

export function planOrder({ order, lists, fate, nowMs }: Asked): PlannedOrder {
  const { action, simulate, expected, window, expiresAt, health } = order;
  const step = stepOf(action, lists);
  const changes = [...step.changes];
  if (simulate) return { atOnce: true, result: { ...NOTHING, outcome: 'simulated', changes } };
  if (expiresAt * 1000 < nowMs) return refused('it came after its end');
  if (expected !== undefined && !areSame(changes, expected))
    return refused('something else would change than was foreseen');
  if (window !== undefined && window.to * 1000 <= nowMs) {
    return { atOnce: true, result: { ...NOTHING, outcome: 'missed', text: 'its window is over' } };
  }
  const begins = { atOnce: false, ...(window === undefined ? {} : { notBeforeMs: window.from * 1000 }) };
  if (fate === 'failed') {
    return {
      ...begins,
      result: { ...NOTHING, outcome: 'failed', text: 'this simulated host is one of those that break' },
    };
  }
  const verdicts = health.map((name) => ({ name, ok: true, text: '' }));
  return { ...begins, step, result: { ...NOTHING, changes, health: verdicts } };
}

/** In whatever order. */
function areSame(left: readonly PackageChangeRecord[], right: readonly PackageChangeRecord[]): boolean {
  const textOf = (all: readonly PackageChangeRecord[]): string =>
    all
      .map(({ name, arch, before, after }) => JSON.stringify([name, arch, before, after]))
      .toSorted()
      .join('\n');
  return textOf(left) === textOf(right);
}
