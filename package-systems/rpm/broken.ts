// What dnf's check finds, and a transaction that was cut off. Pure. @see dnf(8) check, history
import type { PackageQuestion } from '../package-system.ts';
import { askDnf } from './ask-dnf.ts';

export const broken: PackageQuestion<readonly string[]> = {
  commands: [
    askDnf(['--quiet', 'check', '--dependencies', '--duplicates'], [0, 1]),
    // 1: there has been none.
    askDnf(['--quiet', 'history', 'info', 'last'], [0, 1]),
  ],
  // What is said although nothing was found are words of plugins.
  parse: ([check, last]) => [
    ...(check === undefined || check.exitCode === 0 ? [] : readProblems(check.stdout)),
    ...readCutOff(last?.stdout ?? ''),
  ],
};

const PROBLEM = /^\S+ (?:has missing requires of|has installed conflict|is a duplicate with) /;

/** A line for each in dnf 4; dnf 5 has the package's name, and each of its problems indented below it. */
function readProblems(stdout: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '');
  const problems = lines.flatMap((line, index) => {
    if (line.startsWith(' ')) return [`${nameAbove(lines, index)} ${line.trim()}`];
    return PROBLEM.test(line) ? [line] : [];
  });
  // Better in words that are not understood than not at all.
  return problems.length > 0 ? problems : lines;
}

const nameAbove = (lines: readonly string[], index: number): string =>
  lines.slice(0, index).findLast((line) => !line.startsWith(' ')) ?? '';

/** One that ended, well or not, has noted the state of the database at its end. */
function readCutOff(stdout: string): string[] {
  const isCutOff = /^End rpmdb[ \t]*:[ \t*]*$/m.test(stdout);
  const [id, command] = [valueOf('Transaction ID', stdout), valueOf('(?:Command Line|Description)', stdout)];
  return isCutOff ? [`transaction ${id} of dnf was cut off: ${command}`] : [];
}

function valueOf(name: string, stdout: string): string {
  return new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'm').exec(stdout)?.[1] ?? '';
}
