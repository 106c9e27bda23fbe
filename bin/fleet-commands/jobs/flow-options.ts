// How far a command goes with a job. In: a command. Out: options. Never: I/O.
import { Option } from 'commander';
import type { Command } from 'commander';
import type { FleetOptions } from '../fleet-options.ts';
import { parseSeconds } from './parse-amounts.ts';

export type FlowOptions = FleetOptions & {
  readonly yes?: true;
  readonly despiteRefusals?: true;
  readonly wait?: true;
  readonly timeout: number;
};

const PLANNING_SECONDS = 2400;

export function addWaitForJobOption(command: Command): Command {
  return command.option('--wait', 'wait until the job has ended');
}

export function addDespiteOption(command: Command): Command {
  return command.option('--despite-refusals', 'leave out the hosts that cannot do it, and go on with the others');
}

export function addPlanTimeoutOption(command: Command): Command {
  return command.addOption(
    new Option('--timeout <time>', 'how long to wait for the plan')
      .argParser(parseSeconds)
      .default(PLANNING_SECONDS, '40min'),
  );
}

export const EXIT_CODES = `
Exit codes: 0 done, 1 it failed or was halted, 2 bad input, 3 with --wait: it has ended, and some hosts are not as wanted
`;
