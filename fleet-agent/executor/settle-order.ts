// How an order has ended, whatever became of its programs: the lists say it, not an exit code. In: the state before, how the programs
// ended. Out: a result. What they have left half done is ended by the package system's own recovery, once. Never: begins the
// order's own programs again.
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import { UserError, describeWithHint } from '../../lib/errors.ts';
import { ask } from '../../package-systems/ask.ts';
import type { PackageItem } from '../../package-systems/package-system.ts';
import { editedSince, listBeside } from './beside-edited.ts';
import type { ExecutorContext } from './executor-context.ts';
import { failureWords } from './failure-words.ts';
import { makeResult } from './make-result.ts';
import type { OrderLog } from './order-log.ts';
import type { OrderPlan } from './order-plan.ts';
import { readRecord, writeRecord } from './own-record.ts';
import { changesBetween, compareChanges, describeDifference } from './package-changes.ts';
import { runHealth } from './run-health.ts';
import { runMarked } from './run-marked.ts';
import type { StateBefore } from './state-before.ts';

export type OrderEnding = {
  readonly order: Order;
  readonly before: StateBefore;
  readonly plan: OrderPlan;
  readonly log: OrderLog;
  /** Undefined: the programs ended well. */
  readonly failure: string | undefined;
  /** They were cut off, and nobody knows how they ended. */
  readonly wasCutOff: boolean;
};

/** @throws what a disk says that is full: the next start tries again */
export async function settleOrder(context: ExecutorContext, ending: OrderEnding): Promise<OrderResult> {
  const result = await settle(context, ending);
  const { files } = ending.plan;
  if (files === undefined) return result;
  if (result.outcome === 'done') files.keep();
  else files.takeBack();
  return result.outcome === 'done' ? result : { ...result, text: `${result.text}; its files are as they were before` };
}

async function settle(context: ExecutorContext, ending: OrderEnding): Promise<OrderResult> {
  try {
    return await lookAndSettle(context, ending);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = [ending.failure, `nobody knows how it ended: ${describeWithHint(error)}`];
    return makeResult('failed', text.filter((part) => part !== undefined).join('; '), { output: ending.log.tail() });
  }
}

async function lookAndSettle(context: ExecutorContext, ending: OrderEnding): Promise<OrderResult> {
  const { before, order, log } = ending;
  context.reports.progress(before.name, { step: 'verifying', text: '' });
  let found = await lookAfter(context, ending);
  const recovered = isRepair(order) ? ending.wasCutOff : found.broken.length > 0;
  const recovery = recovered ? await recover(context, ending, found.broken) : [];
  if (recovered) found = await lookAfter(context, ending);
  const changes = changesBetween(before.installed, found.installed);
  const health = await runHealth(order.health, { timeoutMs: context.limits.healthMs });
  const faults = [
    ...differenceOf(order, changes),
    ...found.broken,
    ...(ending.plan.check?.(found.installed) ?? []),
    ...health.filter(({ ok }) => !ok).map(({ name, text }) => `${name} says that the host is not well: ${text}`),
    ...(ending.plan.byExitCode === true && ending.failure !== undefined ? [ending.failure] : []),
    ...(ending.plan.byExitCode === true && ending.wasCutOff ? ['it was cut off'] : []),
  ];
  return makeResult(
    faults.length === 0 ? 'done' : 'failed',
    textOf(ending, [...failureWords(context.system, log), ...recovery], faults),
    {
      changes,
      keptConfiguration: editedSince(
        before.beside,
        listBeside(context.system.besideEdited),
        context.system.besideEdited,
      ),
      recovered,
      health,
      output: log.tail(),
    },
  );
}

type Found = { readonly installed: readonly PackageItem[]; readonly broken: readonly string[] };

/** Of what is broken, only what was not before. A repair leaves nothing broken. */
async function lookAfter({ system, host }: ExecutorContext, { before, order, plan }: OrderEnding): Promise<Found> {
  const broken = await ask(system.broken, host);
  const isWanted = (line: string): boolean => plan.ignoresUnmet === true && system.isUnmet(line);
  const isOwn = (line: string): boolean => isRepair(order) || !(before.broken.includes(line) || isWanted(line));
  return { installed: await ask(system.list, host), broken: broken.filter(isOwn) };
}

const isRepair = ({ action }: Order): boolean => action.do === 'repair';

/** @returns what went wrong with it, in words */
async function recover(
  { system, limits, paths, reports }: ExecutorContext,
  { before: { name }, log }: OrderEnding,
  why: readonly string[],
): Promise<string[]> {
  const record = readRecord(paths.record);
  if (record?.running !== undefined && record.running !== null) {
    writeRecord(paths.record, { ...record, running: { ...record.running, step: 'recovering' } });
  }
  reports.progress(name, { step: 'applying', text: `recovery, as this is half done: ${why.join('; ')}` });
  const faults: string[] = [];
  for (const command of system.recover) {
    const fault = await runMarked(command, { name, log, limitMs: limits.programMs });
    if (fault !== undefined) faults.push(`recovery: ${fault}`);
  }
  return faults;
}

function differenceOf({ expected, simulate }: Order, changes: OrderResult['changes']): string[] {
  // What is installed again in the same version changes no list.
  const wanted = expected?.filter(({ before, after }) => before !== after);
  const difference = wanted === undefined || simulate ? undefined : compareChanges(wanted, changes);
  return difference === undefined
    ? []
    : [`what has changed is not what was foreseen: ${describeDifference(difference)}`];
}

function textOf(ending: OrderEnding, why: readonly string[], faults: readonly string[]): string {
  const how = [
    ...(ending.wasCutOff ? ['it was cut off'] : []),
    ...(ending.failure === undefined ? [] : [ending.failure]),
  ];
  if (faults.length > 0) return [...how, ...why, ...faults].filter(isFirst).join('; ');
  if (how.length > 0) return `all is as it should be, although ${how.join('; ')}`;
  return ending.plan.note ?? '';
}

const isFirst = (line: string, index: number, all: readonly string[]): boolean => all.indexOf(line) === index;
