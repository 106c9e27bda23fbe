// Orders of simulated hosts, from the task that brings one to the word about its end. In: tasks, and visits that a host makes. Out: what it
// says next, and what it has by then. Never: an order that the server's key has not signed for this host; sends anything.
import type { KeyObject } from 'node:crypto';
import { readOrder } from '../../contract/fleet/jobs/order.ts';
import type { SignedOrder } from '../../contract/fleet/jobs/order.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import { decideFate, takesMs } from './decide-fate.ts';
import type { Fates } from './decide-fate.ts';
import type { Step } from './change-lists.ts';
import type { HostPackages } from './host-packages.ts';
import { planOrder, refused } from './plan-order.ts';
import type { PlannedOrder } from './plan-order.ts';
import type { Population } from './population.ts';

export type OrderTask = { readonly seq: number; readonly order: SignedOrder };

/** What is counted: `begun`, and each outcome. */
type Count = (what: string) => void;

export type SimulatedOrders = {
  /** The host has got an order: it says at once that it has begun, or why it does not. */
  readonly take: (host: number, task: OrderTask, by: { readonly fates: Fates; readonly count: Count }) => void;
  /** An order that has taken its time by now is over: the host says so. */
  readonly finish: (host: number, count: Count) => void;
  /** When the host has something to say, on the clock of the simulation; undefined when it has not. */
  readonly dueOf: (host: number) => number | undefined;
};

type Options = {
  readonly population: Population;
  readonly packages: HostPackages;
  /** Without it, hosts refuse orders. */
  readonly orderKey: KeyObject | undefined;
  /** Milliseconds on a clock that goes forward. */
  readonly now: () => number;
};

type UnderWay = {
  readonly task: number;
  readonly endsAt: number;
  readonly result: OrderResult;
  readonly step: Step | undefined;
};

export function createOrders({ population, packages, orderKey, now }: Options): SimulatedOrders {
  const underWay = new Map<number, UnderWay>();

  const end = (host: number, task: number, result: OrderResult): void =>
    population.say(host, (seq) => ({ seq, task, kind: 'order-ended', result }));

  function plan(host: number, order: SignedOrder, fates: Fates): PlannedOrder {
    const read = orderKey === undefined ? undefined : readOrder(order, orderKey);
    if (read === undefined) return refused('no key that this simulated host knows has signed the order');
    if (read.host !== population.idOf(host)) return refused(`the order is for host ${read.host}`);
    const state = packages.stateOf(host);
    const lists = { installed: packages.installed(state), candidates: packages.candidates(state) };
    return planOrder({ order: read, lists, fate: decideFate(host, fates), nowMs: Date.now() });
  }

  return {
    take(host, { seq: task, order }, { fates, count }) {
      const { atOnce, notBeforeMs = 0, result, step } = plan(host, order, fates);
      if (atOnce) {
        count(result.outcome);
        return end(host, task, result);
      }
      count('begun');
      if (decideFate(host, fates) === 'silent') return count('silent');
      const waitMs = Math.max(0, notBeforeMs - Date.now());
      underWay.set(host, { task, endsAt: now() + waitMs + takesMs(host, fates), result, step });
      const progress = { step: waitMs > 0 ? ('waiting' as const) : ('downloading' as const), text: '' };
      population.say(host, (seq) => ({ seq, task, kind: 'order-progress', progress }));
    },
    finish(host, count) {
      const order = underWay.get(host);
      if (order === undefined || order.endsAt > now()) return;
      underWay.delete(host);
      if (order.step !== undefined) packages.take(host, order.step);
      count(order.result.outcome);
      end(host, order.task, order.result);
    },
    dueOf: (host) => underWay.get(host)?.endsAt,
  };
}
