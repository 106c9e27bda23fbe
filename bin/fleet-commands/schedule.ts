import type { Command } from 'commander';
import type { listSchedules } from '../../contract/fleet/api/schedules.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type Schedule = OutputOf<typeof listSchedules>['schedules'][number];
type SaveOptions = FleetOptions & {
  readonly zone: string;
  readonly like: number;
  readonly approve?: true;
  readonly despiteRefusals?: true;
};

/** `gutinteg fleet schedule …`. */
export function addFleetScheduleCommand(fleet: Command): void {
  const command = fleet.command('schedule').description('have jobs made again and again');
  addFleetOptions(command.command('list'))
    .description('list the schedules, their next time, and what became of the last one')
    .addHelpText('after', example('list --site ~/site'))
    .action(list);
  addFleetOptions(
    command
      .command('save')
      .description('have a job like one that you know made again and again; a schedule of that name is replaced')
      .argument('<schedule>', 'letters, digits, dots and hyphens')
      .argument('<cron>', 'minute, hour, day of month, month, weekday')
      .requiredOption('--zone <zone>', 'time zone, such as Europe/Berlin')
      .requiredOption('--like <job>', 'the job whose action, hosts and rollout it has', parseCount)
      .option('--approve', 'its jobs begin without another yes; only approvers can say so')
      .option('--despite-refusals', 'of these jobs, hosts that cannot do it are left out'),
  )
    .addHelpText('after', SAVE_HELP)
    .action(save);
  addFleetOptions(command.command('show'))
    .description('show a schedule and its next five times')
    .argument('<schedule>')
    .addHelpText('after', example('show weekly'))
    .action(show);
  for (const [word, description] of CONTROLS) {
    addFleetOptions(command.command(word))
      .description(description)
      .argument('<schedule>')
      .addHelpText('after', example(`${word} weekly`))
      .action((name: string, options: FleetOptions) => control(word, name, options));
  }
  addFleetOptions(command.command('remove'))
    .description('take a schedule away; jobs that it has made stay')
    .argument('<schedule>')
    .addHelpText('after', example('remove weekly'))
    .action(remove);
}

const CONTROLS = [
  ['pause', 'make no more jobs, for now; jobs that it has made stay'],
  ['resume', 'go on with the next time; what went by meanwhile is not made up for'],
] as const;

const example = (words: string): string => `\nExamples:\n  gutinteg fleet schedule ${words}\n`;

async function readSchedules(options: FleetOptions) {
  const api = await import('../../contract/fleet/api/schedules.ts');
  return (await connect(options)).ask(api.listSchedules, {});
}

async function list(options: FleetOptions): Promise<void> {
  const { print, printJson, printTable } = await import('./output/print.ts');
  const answer = await readSchedules(options);
  if (options.json === true) return printJson(answer);
  if (answer.schedules.length === 0) return print(['no schedule has been saved']);
  printTable(
    ['SCHEDULE', 'WHAT', 'NEXT', 'LAST'],
    answer.schedules.map((schedule) => [schedule.name, schedule.title, nextText(schedule), lastText(schedule)]),
  );
}

const nextText = ({ pausedBy, next: [next] }: Schedule): string =>
  pausedBy === '' ? (next?.text ?? 'never again') : `paused by ${pausedBy}`;

const lastText = ({ lastAt, lastJob, lastText: text }: Schedule): string => {
  if (lastAt === null) return 'not yet';
  return [...(lastJob === null ? [] : [`job ${lastJob}`]), ...(text === '' ? [] : [text])].join('; ');
};

async function save(name: string, cron: string, options: SaveOptions): Promise<void> {
  const { saveSchedule } = await import('../../contract/fleet/api/schedules.ts');
  const { showJob } = await import('../../contract/fleet/api/jobs.ts');
  const client = await connect(options);
  const { spec } = await client.ask(showJob, { job: options.like });
  const yes = { approves: options.approve === true, despiteRefusals: options.despiteRefusals === true };
  await tell(await client.ask(saveSchedule, { name, cron, zone: options.zone, spec, ...yes }), options);
}

async function show(name: string, options: FleetOptions): Promise<void> {
  const { findNamed } = await import('./find-named.ts');
  await tell(findNamed('schedule', name, (await readSchedules(options)).schedules), options);
}

async function control(command: 'pause' | 'resume', name: string, options: FleetOptions): Promise<void> {
  const { controlSchedule } = await import('../../contract/fleet/api/schedules.ts');
  await tell(await (await connect(options)).ask(controlSchedule, { name, command }), options);
}

async function tell(schedule: Schedule, { json }: FleetOptions): Promise<void> {
  const { print, printJson } = await import('./output/print.ts');
  if (json === true) return printJson(schedule);
  const { name, title, spec, cron, zone, savedBy, approves, next } = schedule;
  const { window } = spec.rollout;
  print([
    `schedule ${name}: ${title} on ${spec.hosts}; ${cron}, ${zone}; saved by ${savedBy}`,
    approves ? 'its jobs begin by themselves' : 'its jobs wait for a yes: gutinteg fleet approve JOB',
    ...(window === undefined ? [] : [`hosts are changed within window ${window}`]),
    `last: ${lastText(schedule)}`,
    ...(next.length === 0 ? [`next: ${nextText(schedule)}`] : ['next:', ...next.map(({ text }) => `  ${text}`)]),
  ]);
}

async function remove(name: string, options: FleetOptions): Promise<void> {
  const { removeSchedule } = await import('../../contract/fleet/api/schedules.ts');
  const { print } = await import('./output/print.ts');
  await (await connect(options)).ask(removeSchedule, { name });
  print([`there is no schedule ${name} any more`]);
}

const SAVE_HELP = `
Make the job once, and look at its plan; --dry-run drops it afterwards, and it still can be named here. Hosts are those of
the moment when a job is made. docs/fleet-schedules.md tells more.

Examples:
  gutinteg fleet upgrade --security --class north-web --window night --dry-run
  gutinteg fleet schedule save weekly '0 12 * * fri' --zone Europe/Berlin --like 7
  gutinteg fleet schedule save weekly '0 12 * * fri' --zone Europe/Berlin --like 7 --approve
`;
