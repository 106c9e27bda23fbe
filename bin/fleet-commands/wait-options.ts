import type { Command } from 'commander';
import { addFleetOptions } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

export type WaitOptions = FleetOptions & { readonly wait: boolean; readonly timeout: number };

/** Of commands that a host answers, at its next check-in. */
export function addWaitOptions(command: Command): Command {
  return addFleetOptions(command)
    .option('--no-wait', 'ask, and do not wait for the answer')
    .option('--timeout <seconds>', 'how long to wait', parseCount, 2400);
}

export const WAIT_HELP = `
A host asks the server every half an hour, and only then gets the question. gutinteg fleet show HOST says when it is due.
`;
