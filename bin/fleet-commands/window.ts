import type { Command } from 'commander';
import type { listWindows } from '../../contract/fleet/api/windows.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseSeconds, secondsText } from './jobs/parse-amounts.ts';

type Window = OutputOf<typeof listWindows>['windows'][number];
type SaveOptions = FleetOptions & { readonly zone: string; readonly duration: number };

/** `gutinteg fleet window …`. */
export function addFleetWindowCommand(fleet: Command): void {
  const command = fleet
    .command('window')
    .description('say when hosts may be changed: windows of time that have a name');
  addFleetOptions(command.command('list'))
    .description('list the windows, and when each opens next')
    .addHelpText('after', '\nExamples:\n  gutinteg fleet window list --site ~/site\n')
    .action(list);
  addFleetOptions(
    command
      .command('save')
      .description('say when a window opens; one of that name is replaced, for jobs that wait for it, too')
      .argument('<window>', 'letters, digits, dots and hyphens')
      .argument('<cron>', 'minute, hour, day of month, month, weekday')
      .requiredOption('--zone <zone>', 'time zone, such as Europe/Berlin')
      .requiredOption('--duration <time>', 'for how long it is open, such as 2h', parseSeconds),
  )
    .addHelpText('after', SAVE_HELP)
    .action(save);
  addFleetOptions(command.command('show'))
    .description('show a window, when it opens, and which jobs wait for it')
    .argument('<window>')
    .addHelpText('after', '\nExamples:\n  gutinteg fleet window show night\n')
    .action(show);
  addFleetOptions(command.command('remove'))
    .description('take a window away that no job and no schedule needs')
    .argument('<window>')
    .addHelpText('after', '\nExamples:\n  gutinteg fleet window remove night\n')
    .action(remove);
}

async function readWindows(options: FleetOptions) {
  const api = await import('../../contract/fleet/api/windows.ts');
  return (await connect(options)).ask(api.listWindows, {});
}

async function list(options: FleetOptions): Promise<void> {
  const { print, printJson, printTable } = await import('./output/print.ts');
  const answer = await readWindows(options);
  if (options.json === true) return printJson(answer);
  if (answer.windows.length === 0) return print(['no window has been saved']);
  printTable(
    ['WINDOW', 'CRON', 'FOR', 'OPENS'],
    answer.windows.map((window) => [window.name, window.cron, secondsText(window.durationSeconds), nextText(window)]),
  );
}

const nextText = ({ isOpen, openings: [next] }: Window): string =>
  next === undefined ? 'never again' : isOpen ? `is open since ${next.text}` : next.text;

async function save(name: string, cron: string, { zone, duration, ...options }: SaveOptions): Promise<void> {
  const { saveWindow } = await import('../../contract/fleet/api/windows.ts');
  const client = await connect(options);
  await tell(await client.ask(saveWindow, { name, cron, zone, durationSeconds: duration }), options);
}

async function show(name: string, options: FleetOptions): Promise<void> {
  const { findNamed } = await import('./find-named.ts');
  await tell(findNamed('window', name, (await readWindows(options)).windows), options);
}

async function tell(window: Window, { json }: FleetOptions): Promise<void> {
  const { print, printJson } = await import('./output/print.ts');
  if (json === true) return printJson(window);
  const { name, cron, zone, durationSeconds, savedBy, isOpen, openings, jobs } = window;
  print([
    `window ${name}: ${cron}, ${zone}, for ${secondsText(durationSeconds)}; saved by ${savedBy}`,
    isOpen ? 'opens (it is open now):' : 'opens:',
    ...(openings.length === 0 ? ['  never again'] : openings.map(({ text }) => `  ${text}`)),
    ...(jobs.length === 0 ? [] : [`jobs that change hosts only within it: ${jobs.join(', ')}`]),
  ]);
}

async function remove(name: string, options: FleetOptions): Promise<void> {
  const { removeWindow } = await import('../../contract/fleet/api/windows.ts');
  const { print } = await import('./output/print.ts');
  await (await connect(options)).ask(removeWindow, { name });
  print([`there is no window ${name} any more`]);
}

const SAVE_HELP = `
sat#2 is the second Saturday of a month, fri#L the last Friday. The next five times are printed: look at them.
docs/fleet-schedules.md says what happens when clocks are changed.

Examples:
  gutinteg fleet window save night '0 2 * * *' --zone Europe/Berlin --duration 2h
  gutinteg fleet window save monthly '0 22 * * sat#2' --zone America/New_York --duration 6h
`;
