// Commands about jobs that exist. In: the command `fleet`. Out: commands. Never: makes a job.
import { Option } from 'commander';
import type { Command } from 'commander';
import { jobHostStates, jobStates } from '../../../contract/fleet/jobs/job.ts';
import { addFleetOptions } from '../fleet-options.ts';
import { parseCount } from '../parse-count.ts';
import { addControlCommands } from './control-job.ts';
import { addDespiteOption, addPlanTimeoutOption, addWaitForJobOption, EXIT_CODES } from './flow-options.ts';
import type { FlowOptions } from './flow-options.ts';
import { parseSeconds } from './parse-amounts.ts';
import type { UndoOptions } from './undo-job.ts';
import type { JobsOptions, ShowJobOptions, WaitForJobOptions } from './show-jobs.ts';

/** `jobs`, `job`, `plan`, `undo`, `wait`, `pause`, `resume`, `halt`, `cancel`. */
export function addFleetJobCommands(fleet: Command): void {
  addJobs(fleet.command('jobs'), 'jobs');
  addFleetOptions(fleet.command('job'))
    .description('show a job: what it would change, how far it is, and what went wrong')
    .argument('<job>', 'its number', parseCount)
    .option('--plan', 'all that it would change')
    .option('--hosts', 'its hosts, how far each is, and why')
    .addOption(new Option('--only <state>', 'only hosts in this state').choices(jobHostStates))
    .option('--host <host>', 'one host, with all that it has reported')
    .addHelpText('after', JOB_HELP)
    .action(async (id: number, options: ShowJobOptions) => (await import('./show-jobs.ts')).showOneJob(id, options));
  addPlan(fleet);
  addUndo(fleet);
  addFleetOptions(fleet.command('wait'))
    .description('wait until a job has ended')
    .argument('<job>', 'its number', parseCount)
    .option('--timeout <time>', 'give up after this, such as 2h', parseSeconds)
    .addHelpText('after', WAIT_HELP)
    .action(async (id: number, options: WaitForJobOptions) => (await import('./show-jobs.ts')).waitForJob(id, options));
  addControlCommands(fleet);
}

/** @param path as it is typed behind `gutinteg fleet` */
export function addJobs(command: Command, path: string): void {
  addFleetOptions(command)
    .description('list jobs, the newest first')
    .addOption(new Option('--only <state>', 'only jobs in this state').choices(jobStates))
    .option('--limit <number>', 'how many', parseCount, 30)
    .addHelpText(
      'after',
      `\nExamples:\n  gutinteg fleet ${path} --site ~/site\n  gutinteg fleet ${path} --only running\n`,
    )
    .action(async (options: JobsOptions) => (await import('./show-jobs.ts')).showJobs(options));
}

function addPlan(fleet: Command): void {
  const command = fleet
    .command('plan')
    .description('have a job planned, or planned anew, and show what it would change')
    .argument('<job>', 'its number', parseCount)
    .option('--yes', 'approve it without a question, unless hosts cannot do it');
  addPlanTimeoutOption(addWaitForJobOption(addDespiteOption(command)));
  addFleetOptions(command)
    .addHelpText('after', PLAN_HELP)
    .action(async (id: number, options: FlowOptions) => {
      const { planAndSettle } = await import('./make-change.ts');
      const { connect } = await import('../fleet-options.ts');
      await planAndSettle(await connect(options), id, options);
    });
}

function addUndo(fleet: Command): void {
  const command = fleet
    .command('undo')
    .description('bring the packages that a job has changed back to what they were')
    .argument('<job>', 'its number', parseCount)
    .option('--dry-run', 'show what would change, and drop the job')
    .option('--yes', 'approve it without a question, unless hosts cannot do it');
  addPlanTimeoutOption(addWaitForJobOption(addDespiteOption(command)));
  addFleetOptions(command)
    .addHelpText('after', UNDO_HELP)
    .action(async (id: number, options: UndoOptions) => (await import('./undo-job.ts')).undo(id, options));
}

const UNDO_HELP = `
It becomes a job of its own, as careful as the first one: each host goes back to what it had. Hosts on which one of these packages
has changed since are left out, and named. What scripts of packages did to data is not undone.
${EXIT_CODES}
Examples:
  gutinteg fleet undo 7 --site ~/site
  gutinteg fleet undo 7 --dry-run
`;

const JOB_HELP = `
Examples:
  gutinteg fleet job 7 --site ~/site
  gutinteg fleet job 7 --only failed
  gutinteg fleet job 7 --host web1
`;

const PLAN_HELP = `${EXIT_CODES}
Examples:
  gutinteg fleet plan 7 --site ~/site
`;

const WAIT_HELP = `
Ctrl-C ends the waiting, and not the job.

Exit codes: 0 every host is as wanted, 1 it was halted or cancelled, 2 bad input, 3 it has ended, and some hosts are not as wanted

Examples:
  gutinteg fleet wait 7 --site ~/site
  gutinteg fleet wait 7 --timeout 2h --json
`;
