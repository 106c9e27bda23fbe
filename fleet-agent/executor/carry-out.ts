// One order that was taken, from the lock to its result. In: an order. Out: its result, or that it waits. What is kept before which step is
// all that this file is about: the record says that an order is applied before its first program starts, so it is never applied
// twice, and what was foreseen is compared before anything changes.
import { describeError, describeWithHint, UserError } from '../../lib/errors.ts';
import { isSystemError } from '../../lib/when-missing.ts';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { AcceptedOrder } from './accepted-orders.ts';
import { keepAccepted, requireAccepted } from './accepted-orders.ts';
import { faultOfTime, timeOf } from './decide-order.ts';
import type { Late } from './decide-order.ts';
import type { ExecutorContext } from './executor-context.ts';
import { failureWords } from './failure-words.ts';
import { keepOwnPackage } from './keep-own-package.ts';
import { kindHost } from './kind-host.ts';
import { describeHolders, listLockHolders, waitForLocks } from './lock-holders.ts';
import { makeResult, refused } from './make-result.ts';
import { openOrderLog } from './order-log.ts';
import type { OrderLog } from './order-log.ts';
import type { OrderPlan } from './order-plan.ts';
import { readRecord, writeRecord } from './own-record.ts';
import { compareChanges, describeDifference, toRecord } from './package-changes.ts';
import { planAction } from './plan-action.ts';
import { runMarked } from './run-marked.ts';
import { settleOrder } from './settle-order.ts';
import { keepBefore, lookBefore } from './state-before.ts';
import type { StateBefore } from './state-before.ts';

/** `waiting`: for its window. `restarting`: the host does. */
export type CarriedOut = OrderResult | 'waiting' | 'restarting';

export async function carryOut(context: ExecutorContext, accepted: AcceptedOrder): Promise<CarriedOut> {
  using log = openOrderLog(context.paths.log, accepted.name);
  const ready = await prepareAccepted(context, accepted, log).catch(whyNot);
  if ('outcome' in ready) return ready;
  const { order } = accepted;
  const { window } = order;
  if (window !== undefined && window.from > nowSeconds(context)) {
    keepAccepted(context.paths, { ...accepted, isPrepared: true });
    context.reports.progress(accepted.name, {
      step: 'waiting',
      text: `for its window, which begins at ${timeOf(window.from)}`,
    });
    return 'waiting';
  }
  // What was to be fetched, or a lock, may have taken long.
  const late = faultOfTime(order, nowSeconds(context));
  if (late !== undefined) return tooLate(late);
  const before = await begin(context, accepted).catch(whyNot);
  if ('outcome' in before) return before;
  return await apply(context, { accepted, before, plan: ready.plan, log });
}

const tooLate = ({ outcome, why }: Late): OrderResult => makeResult(outcome, `${why}, so nothing was changed`);

const nowSeconds = ({ now }: ExecutorContext): number => Math.floor(now() / 1000);

/** Nothing has been changed yet. What is no answer for people is a defect. */
function whyNot(error: unknown): OrderResult {
  if (error instanceof UserError || isSystemError(error)) return refused(describeWithHint(error));
  throw error;
}

/** It takes long, and the order may be dropped meanwhile. */
async function prepareAccepted(...order: Parameters<typeof prepare>): ReturnType<typeof prepare> {
  const ready = await prepare(...order);
  const [{ paths }, { name }] = order;
  if (!('outcome' in ready)) requireAccepted(paths, name);
  return ready;
}

/** Up to the point where nothing but the programs themselves is left. */
async function prepare(
  context: ExecutorContext,
  { name, order, isPrepared }: AcceptedOrder,
  log: OrderLog,
): Promise<OrderResult | { readonly plan: OrderPlan }> {
  const late = faultOfTime(order, nowSeconds(context));
  if (late !== undefined) return tooLate(late);
  const held = await faultOfLocks(context, name);
  if (held !== undefined) return refused(held);
  const { limits } = context;
  const plan = await planAction(order.action, kindHost(context));
  const foreseen = keepOwnPackage(((await plan.foresee?.()) ?? []).map(toRecord));
  if (order.simulate) return makeResult('simulated', plan.note ?? '', { changes: foreseen });
  const difference = order.expected === undefined ? undefined : compareChanges(order.expected, foreseen);
  if (difference !== undefined) {
    return refused(
      `it would change something else than was foreseen, so nothing was changed: ${describeDifference(difference)}`,
    );
  }
  if (isPrepared || foreseen.length === 0) return { plan };
  if (plan.downloads.length > 0) context.reports.progress(name, { step: 'downloading', text: '' });
  for (const command of plan.downloads) {
    const fault = await runMarked(command, { name, log, limitMs: limits.programMs });
    if (fault === undefined) continue;
    const why = [`nothing was changed: ${fault}`, ...failureWords(context.system, log)].join('; ');
    return makeResult('failed', why, { output: log.tail() });
  }
  // Meanwhile somebody else may have begun.
  const locked = await faultOfLocks(context, name);
  return locked === undefined ? { plan } : refused(locked);
}

/** Waits for whoever changes packages now. */
async function faultOfLocks({ system, limits, reports }: ExecutorContext, name: string): Promise<string | undefined> {
  const holders = await waitForLocks(() => listLockHolders(system.locks), {
    limitMs: limits.lockMs,
    onWait: (who) =>
      reports.progress(name, { step: 'waiting', text: `for ${who}, which has the lock of ${system.name}` }),
  });
  if (holders.length === 0) return undefined;
  return `nothing was changed: ${describeHolders(holders)} has had the lock of ${system.name} for ${Math.round(limits.lockMs / 1000)} s`;
}

/** From here on, it is never begun again. On a full disk, it is not begun. */
async function begin(context: ExecutorContext, { name }: AcceptedOrder): Promise<StateBefore> {
  const before = await lookBefore(context, name);
  keepBefore(context, before);
  requireAccepted(context.paths, name);
  context.reports.progress(name, { step: 'applying', text: '' });
  const record = readRecord(context.paths.record);
  if (record === undefined) throw new Error(`${context.paths.record} was not made`);
  const { bootId, seconds } = context.uptime;
  writeRecord(context.paths.record, { ...record, running: { name, step: 'applying', boot: bootId, seconds } });
  return before;
}

type Applied = {
  readonly accepted: AcceptedOrder;
  readonly before: StateBefore;
  readonly plan: OrderPlan;
  readonly log: OrderLog;
};

async function apply(context: ExecutorContext, { accepted, before, plan, log }: Applied): Promise<CarriedOut> {
  const { name, order } = accepted;
  let failure = makeFiles(plan);
  for (const command of failure === undefined ? plan.commands : []) {
    failure = await runMarked(command, { name, log, limitMs: context.limits.programMs });
    if (failure !== undefined) break;
  }
  if (plan.restarts === true) {
    if (failure === undefined) return 'restarting';
    return makeResult('failed', `the host was not restarted: ${failure}`, { output: log.tail() });
  }
  return settleOrder(context, { order, before, plan, log, failure, wasCutOff: false });
}

/** @returns why they could not be made, in words */
function makeFiles({ files }: OrderPlan): string | undefined {
  try {
    files?.make();
    return undefined;
  } catch (error) {
    if (isSystemError(error)) return describeError(error);
    throw error;
  }
}
