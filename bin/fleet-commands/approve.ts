import type { Command } from 'commander';
import { askForEach } from './ask-for-each.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FlowOptions } from './jobs/flow-options.ts';
import { addDespiteOption, addWaitForJobOption } from './jobs/flow-options.ts';

/** `gutinteg fleet approve`: a yes to hosts that wait, or to a planned job. */
export function addFleetApproveCommand(fleet: Command): void {
  const command = fleet
    .command('approve')
    .description('let hosts in that wait, or let a planned job begin')
    .argument('<hosts-or-job...>', 'names or ids of hosts; a number is a job');
  addFleetOptions(addWaitForJobOption(addDespiteOption(command)))
    .addHelpText('after', HELP)
    .action(approve);
}

async function approve(words: readonly string[], options: FlowOptions): Promise<void> {
  const jobs = words.filter((word) => /^\d{1,9}$/.test(word)).map(Number);
  const hosts = words.filter((word) => !/^\d{1,9}$/.test(word));
  if (hosts.length > 0) await approveHosts(hosts, options);
  for (const job of jobs) await approveOne(job, options);
}

async function approveHosts(hosts: readonly string[], options: FlowOptions): Promise<void> {
  const { approveHost } = await import('../../contract/fleet/api/hosts.ts');
  const client = await connect(options);
  await askForEach(hosts, async (host) => {
    await client.ask(approveHost, { host });
    return 'is let in; it reports at its next check-in';
  });
}

async function approveOne(id: number, options: FlowOptions): Promise<void> {
  const { approveJob } = await import('../../contract/fleet/api/jobs.ts');
  const { exitCodeOfJob, printEnd, watchJob } = await import('./jobs/watch-job.ts');
  const { print, printJson } = await import('./output/print.ts');
  const client = await connect(options);
  const answer = await client.ask(approveJob, { job: id, despiteRefusals: options.despiteRefusals === true });
  const isJson = options.json === true;
  if (!isJson)
    print([`job ${id} is approved: hosts begin when they check in. gutinteg fleet wait ${id} shows how far it is`]);
  if (options.wait !== true) return isJson ? printJson(answer) : undefined;
  const ended = await watchJob(client, id);
  process.exitCode = exitCodeOfJob(ended);
  return isJson ? printJson(ended) : printEnd(client, ended);
}

const HELP = `
A host whose name is a number is named by its id.

Exit codes: 0 done, 1 failed, or with --wait the job was halted, 2 bad input, 3 with --wait: it has ended, and some hosts are not as
wanted

Examples:
  gutinteg fleet approve web1 --site ~/site
  gutinteg fleet approve 7 --wait
`;
