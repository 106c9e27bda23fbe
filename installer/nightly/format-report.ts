// A report for people, and the exit code that says the same. In: a report. Out: text, a number. Never: I/O.
import type { Report } from '../../contract/report.ts';
import type { RunMode } from '../description/find-description.ts';

/** One line for each change, error and note, then how it went. */
export function formatReport(report: Report, mode: RunMode): string {
  const verb = mode === 'run' ? 'changed' : 'would change';
  const lines = [
    ...report.changes.map(({ path, action, why }) => `${action.padEnd(8)} ${printable(path)}: ${printable(why)}`),
    ...(report.changedTotal > report.changes.length
      ? [`… and ${report.changedTotal - report.changes.length} more`]
      : []),
    ...(report.commands ?? []).flatMap(formatCommand),
    ...report.errors.map((error) => `error: ${printable(error)}`),
    ...report.notices.map((notice) => `note: ${printable(notice)}`),
    ...awayLines(report, mode),
    `${report.changedTotal} ${report.changedTotal === 1 ? 'path' : 'paths'} ${verb} in ${report.seconds.toFixed(1)} s`,
  ];
  return `${lines.join('\n')}\n`;
}

/** 0 right, 1 something is not right and stays so, 3 only looked and found differences, 4 right, but without the server. */
export function exitCodeOf(report: Report, mode: RunMode): 0 | 1 | 3 | 4 {
  if (!report.ok) return 1;
  if (mode !== 'run') return report.changedTotal > 0 || report.commands !== undefined ? 3 : 0;
  return report.serverAway === undefined ? 0 : 4;
}

function awayLines({ serverAway, generation }: Report, mode: RunMode): string[] {
  const short = generation.slice(0, 12);
  if (mode === 'check-only')
    return [`checked against generation ${short}, the last one installed; the server was not asked`];
  if (serverAway === undefined) return [];
  const since = new Date(serverAway.sinceMs).toISOString();
  return [
    `the server has been away since ${since}: checked against generation ${short}; ` +
      'the report waits for a run that reaches it',
  ];
}

function formatCommand(command: NonNullable<Report['commands']>[number]): string[] {
  const text = printable(`${command.argv.join(' ')}: ${command.why}`);
  if (command.outcome === 'planned') return [`would run ${text}`];
  const output = printable(command.output.trimEnd());
  return [
    `ran      ${text}: ${command.ending}, ${command.seconds.toFixed(1)} s`,
    ...(output === '' ? [] : output.split('\n').map((line) => `    ${line}`)),
  ];
}

/** What a path or a tool says must not move the cursor of who reads it. */
const printable = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, '?');
