import type { Report } from '../contract/report.ts';

/** A report for a person: paths, commands with what they printed, errors, notes, a last line with the count. */
export function formatReport(report: Report): string {
  const verb = report.run === 'check' ? 'would change' : 'changed';
  const lines = [
    ...report.changes.map(({ path, action, why }) => `${action.padEnd(8)} ${path}: ${why}`),
    ...(report.commands ?? []).flatMap(formatCommand),
    ...report.errors.map((error) => `error: ${error}`),
    ...report.notices.map((notice) => `note: ${notice}`),
    `${report.changedTotal} ${report.changedTotal === 1 ? 'path' : 'paths'} ${verb} in ${report.seconds.toFixed(1)} s`,
  ];
  return `${lines.join('\n')}\n`;
}

function formatCommand(command: NonNullable<Report['commands']>[number]): string[] {
  const text = `${command.argv.join(' ')}: ${command.why}`;
  if (command.outcome === 'planned') return [`would run ${text}`];
  const output = command.output.trimEnd();
  return [
    `ran      ${text}: ${command.ending}, ${command.seconds.toFixed(1)} s`,
    ...(output === '' ? [] : output.split('\n').map((line) => `    ${line}`)),
  ];
}
