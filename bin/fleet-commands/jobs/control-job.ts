// A yes to a planned job, and what stops one. In: the command `fleet`. Out: commands. Never: looks at what is planned.
import type { Command } from 'commander';
import type { jobCommands } from '../../../contract/fleet/api/jobs.ts';
import { addFleetOptions, connect } from '../fleet-options.ts';
import type { FleetOptions } from '../fleet-options.ts';
import { parseCount } from '../parse-count.ts';

type Control = (typeof jobCommands)[number];
type ControlOptions = FleetOptions & { readonly why?: string };

const controls: Readonly<
  Record<Control, { readonly description: string; readonly said: string; readonly help: string }>
> = {
  pause: {
    description: 'let no more hosts begin, for now',
    said: 'begins on no more hosts; gutinteg fleet resume lets it go on',
    help: 'Hosts that have begun end what they do.',
  },
  resume: {
    description: 'let a job that was paused or halted go on',
    said: 'goes on',
    help: 'A job that halted by itself halts again after as many more failures.',
  },
  halt: {
    description: 'stop a job in which something is wrong',
    said: 'is halted; gutinteg fleet resume lets it go on, gutinteg fleet cancel ends it',
    help: 'Hosts that have begun end what they do: nothing is cut off in the middle.',
  },
  cancel: {
    description: 'end a job for good; what hosts have done stays',
    said: 'is cancelled; what hosts have done stays',
    help: 'Hosts that have begun end what they do. gutinteg fleet job NUMBER still shows it.',
  },
};

/** `pause`, `resume`, `halt`, `cancel`. */
export function addControlCommands(fleet: Command): void {
  for (const [name, { description, said, help }] of Object.entries(controls)) {
    addFleetOptions(fleet.command(name))
      .description(description)
      .argument('<job>', 'its number', parseCount)
      .option('--why <words>', 'a line for people')
      .addHelpText('after', `\n${help}\n\nExamples:\n  gutinteg fleet ${name} 7 --site ~/site\n`)
      .action((id: number, options: ControlOptions) => control(name as Control, said, { id, ...options }));
  }
}

async function control(
  command: Control,
  said: string,
  { id, why, ...options }: ControlOptions & { readonly id: number },
) {
  const { controlJob } = await import('../../../contract/fleet/api/jobs.ts');
  const { print, printJson } = await import('../output/print.ts');
  const client = await connect(options);
  const answer = await client.ask(controlJob, { job: id, command, ...(why === undefined ? {} : { why }) });
  if (options.json === true) return printJson(answer);
  print([`job ${id} ${said}`]);
}
