// An order that was being applied when this program, or the host, ended. In: the record. Out: its result. Its own programs are never
// started again: those that still live are waited for, then the lists say how far it came.
import type { AcceptedOrder } from './accepted-orders.ts';
import type { CarriedOut } from './carry-out.ts';
import type { ExecutorContext } from './executor-context.ts';
import { kindHost } from './kind-host.ts';
import { makeResult } from './make-result.ts';
import { describeProcesses, waitForMarked } from './marked-processes.ts';
import { openOrderLog } from './order-log.ts';
import type { OwnRecord } from './own-record.ts';
import { knownKinds, planAction } from './plan-action.ts';
import { settleOrder } from './settle-order.ts';
import { readBefore } from './state-before.ts';

type Running = NonNullable<OwnRecord['running']>;

/** A host that was told to restart has done it by then. */
const RESTART_SECONDS = 900;

export async function resumeOrder(
  context: ExecutorContext,
  running: Running,
  accepted: AcceptedOrder | undefined,
): Promise<CarriedOut> {
  const { name } = running;
  using log = openOrderLog(context.paths.log, name);
  context.reports.progress(name, { step: 'verifying', text: 'it was cut off; what of it still runs is waited for' });
  const { ended } = await waitForMarked(name, {
    limitMs: context.limits.programMs,
    onWait: (who) => log.say(`waits for ${describeProcesses(who)}`),
  });
  if (ended.length > 0) log.say(`had to end ${describeProcesses(ended)}`);
  if (accepted?.order.action.do === 'reboot') return afterRestart(context, running);
  const before = readBefore(context, name);
  if (accepted === undefined || before === undefined || !knownKinds.has(accepted.order.action.do)) {
    return makeResult('failed', 'it was cut off, and nobody knows any more what the host had before', {
      output: log.tail(),
    });
  }
  const { order } = accepted;
  // Nothing of it is started again, so its files need not be there.
  const plan = await planAction(order.action, { ...kindHost(context), stage: context.files.pathOf });
  return await settleOrder(context, { order, before, plan, log, failure: undefined, wasCutOff: true });
}

function afterRestart({ uptime }: ExecutorContext, { boot, seconds }: Running): CarriedOut {
  if (uptime.bootId !== boot) return makeResult('done', '');
  if (uptime.seconds - seconds < RESTART_SECONDS) return 'restarting';
  return makeResult('failed', `the host was told to restart, and still runs after ${RESTART_SECONDS / 60} minutes`);
}
