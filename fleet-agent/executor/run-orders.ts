// Carries out what is there to be carried out. In: the spool of the talker, root's own directory. Out: reports; when to come again. Never:
// takes the talker's word for anything, or works at two orders at a time (the caller has the lock).
import { utimesSync } from 'node:fs';
import { filesOf } from '../orders/choose-files.ts';
import { replaceFile } from '../state/replace-file.ts';
import { MAX_ACCEPTED, dropAccepted, keepAccepted, readAccepted } from './accepted-orders.ts';
import type { AcceptedOrder } from './accepted-orders.ts';
import { carryOut } from './carry-out.ts';
import type { CarriedOut } from './carry-out.ts';
import { decideOrder } from './decide-order.ts';
import type { ExecutorContext } from './executor-context.ts';
import { makeResult } from './make-result.ts';
import { readRecord, writeRecord } from './own-record.ts';
import type { OwnRecord } from './own-record.ts';
import { knownKinds } from './plan-action.ts';
import type { SpooledOrder } from './read-spool.ts';
import { resumeOrder } from './resume-order.ts';
import type { Trust } from './trust-file.ts';

export type OrdersRun = {
  readonly context: ExecutorContext;
  /** As it is now: it may be another one, or none, after an order that took an hour. */
  readonly trust: () => Trust | undefined;
  readonly spool: () => readonly SpooledOrder[];
  /** No other order is begun. */
  readonly isStopping: () => boolean;
  readonly onResult: (name: string, result: CarriedOut) => void;
};

export async function runOrders(run: OrdersRun): Promise<void> {
  const { context } = run;
  if (!(await resume(run))) return;
  for (;;) {
    const lookedAtMs = Date.now();
    const trust = run.trust();
    if (trust === undefined) return;
    const laidDown = run.spool();
    takeOrders(run, trust, laidDown);
    const accepted = readAccepted(context.paths);
    context.reports.dropOthers(new Set([...laidDown, ...accepted].map(({ name }) => name)));
    context.files.dropOthers(
      new Set(accepted.flatMap(({ order }) => filesOf(order.action).map(({ sha256 }) => sha256))),
    );
    const due = accepted.find((order) => isDue(context, order));
    if (due === undefined || run.isStopping()) return noteNext(context, accepted, lookedAtMs);
    const result = await carryOut(context, due);
    finish(run, due.name, result);
    if (result === 'restarting') return;
  }
}

function requireRecord({ paths }: ExecutorContext): OwnRecord {
  const record = readRecord(paths.record);
  if (record === undefined) throw new Error(`${paths.record} was not made`);
  return record;
}

/** @returns false when the host restarts, and nothing else is begun */
async function resume(run: OrdersRun): Promise<boolean> {
  const { running } = requireRecord(run.context);
  if (running === null) return true;
  const accepted = readAccepted(run.context.paths).find(({ name }) => name === running.name);
  const isTold = run.context.reports.isEnded(running.name);
  const result = isTold ? 'told' : await resumeOrder(run.context, running, accepted);
  if (result === 'told') forgetRunning(run.context, running.name);
  else finish(run, running.name, result);
  return result !== 'restarting';
}

/** The report comes first: what is lost after a crash is found again by the lists. The record goes last: it says that all this is due. */
function finish({ context, onResult }: OrdersRun, name: string, result: CarriedOut): void {
  onResult(name, result);
  if (result === 'waiting' || result === 'restarting') return;
  context.reports.end(name, result);
  forgetRunning(context, name);
}

function forgetRunning(context: ExecutorContext, name: string): void {
  dropAccepted(context.paths, name);
  const record = requireRecord(context);
  if (record.running !== null) writeRecord(context.paths.record, { ...record, running: null });
}

/** In the order of their serials: one that comes too late is refused, and not done after its successor. */
function takeOrders({ context, onResult }: OrdersRun, trust: Trust, laidDown: readonly SpooledOrder[]): void {
  const { paths, reports, now } = context;
  const accepted = readAccepted(paths);
  const taken = new Set(accepted.map(({ name }) => name));
  let room = MAX_ACCEPTED - accepted.length;
  const fresh = laidDown.filter(({ name }) => !taken.has(name) && !reports.isEnded(name));
  for (const { name, read } of fresh.toSorted((left, right) => left.serial - right.serial)) {
    const signed = read();
    if (signed === undefined) continue;
    const record = requireRecord(context);
    const judge = { trust, host: record.host, serial: record.serial, nowSeconds: Math.floor(now() / 1000) };
    const decision = decideOrder(signed, { ...judge, known: knownKinds });
    if (decision.kind === 'refuse') {
      const result = makeResult(decision.outcome, decision.why);
      onResult(name, result);
      reports.end(name, result);
    } else if (room > 0) {
      room -= 1;
      // After a crash in between, it is one that was taken.
      keepAccepted(paths, { name, order: decision.order, isPrepared: false });
      writeRecord(paths.record, { ...record, serial: decision.order.serial });
    }
  }
}

const isDue = ({ now }: ExecutorContext, { isPrepared, order: { window } }: AcceptedOrder): boolean =>
  !isPrepared || window === undefined || window.from <= now() / 1000;

/** A file that is as old as the look at the spool: what came since is newer. */
function noteNext({ paths }: ExecutorContext, accepted: readonly AcceptedOrder[], lookedAtMs: number): void {
  const times = accepted.map(({ isPrepared, order }) => (isPrepared ? (order.window?.from ?? 0) : 0));
  replaceFile(paths.next, times.length === 0 ? 'never\n' : `${Math.min(...times)}\n`);
  utimesSync(paths.next, lookedAtMs / 1000, lookedAtMs / 1000);
}
