// The program itself is upgraded. In: package files, a host that can be asked. Out: a plan that the old program sees through: it is in memory,
// and a copy of it is on the disk. The new one must answer, or the old one is put back: by this program, or by a watchdog outside of
// its control group if this program does not live to do it. Never: runs what changes anything.
import type { Action } from '../../contract/fleet/jobs/action.ts';
import type { PackageCommand } from '../../package-systems/package-system.ts';
import { chooseFiles } from '../orders/choose-files.ts';
import { keepProgram, refusePutBack, watchdogOf } from './kept-program.ts';
import type { KindHost, OrderPlan } from './order-plan.ts';
import { inOwnScope, leftAlone } from './outside-unit.ts';
import { planFiles } from './plan-files.ts';

/** It cannot be foreseen when this version was tried in vain here; what has begun is ended all the same. */
export async function planAgentUpgrade(
  { files }: Extract<Action, { do: 'upgrade-agent' }>,
  host: KindHost,
): Promise<OrderPlan> {
  const { keptProgram, system, ask } = host;
  const [chosen] = chooseFiles(files, system, await ask(system.architectures));
  const version = chosen?.version ?? '';
  const plan = await planFiles({ do: 'install-files', files: [...files], options: [] }, host);
  // Also when the package is there already: an order that was cut off is ended by this plan.
  const upgraded: OrderPlan = {
    ...plan,
    foresee: async () => {
      refusePutBack(keptProgram, version);
      return (await plan.foresee?.()) ?? [];
    },
    files: keepProgram(keptProgram, version),
    byExitCode: true,
  };
  if (plan.commands.length === 0) return upgraded;
  return { ...upgraded, commands: [leftAlone(watchdogOf(keptProgram)), ...plan.commands.map(inOwnScope), ...trials] };
}

/** Both halves of the new program start, with their Node and libraries. Whether the server is there says nothing about them. */
const trials: readonly PackageCommand[] = [
  { argv: ['/usr/bin/gutinteg-fleet', 'accept-orders', '--show'] },
  { argv: ['/usr/bin/gutinteg-fleet', 'check-in', '--help'] },
];
