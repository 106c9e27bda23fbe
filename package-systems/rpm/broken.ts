// What dnf's check finds, and a transaction that was cut off. Pure. @see dnf(8) check, history
import type { PackageQuestion } from '../package-system.ts';
import { askDnf } from './ask-dnf.ts';

export const broken: PackageQuestion<readonly string[]> = {
  commands: [
    askDnf(['--quiet', 'check', '--dependencies', '--duplicates'], [0, 1]),
    // 1: there has been none.
    askDnf(['--quiet', 'history', 'info', 'last'], [0, 1]),
  ],
  parse: ([check, last]) => [...readProblems(check?.stdout ?? ''), ...readCutOff(last?.stdout ?? '')],
};

/** A line for each; dnf 5 has the package's name, and each of its problems indented below it, and counts them at the end. */
function readProblems(stdout: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.trim() !== '' && !/^Check discovered \d/.test(line));
  let name = '';
  return lines.flatMap((line, index) => {
    if (line.startsWith(' ')) return [`${name} ${line.trim()}`];
    name = line;
    return lines[index + 1]?.startsWith(' ') === true ? [] : [line];
  });
}

/** One that ended, well or not, has noted the state of the database at its end. */
function readCutOff(stdout: string): string[] {
  const isCutOff = /^End rpmdb[ \t]*:[ \t*]*$/m.test(stdout);
  const [id, command] = [valueOf('Transaction ID', stdout), valueOf('(?:Command Line|Description)', stdout)];
  return isCutOff ? [`transaction ${id} of dnf was cut off: ${command}`] : [];
}

function valueOf(name: string, stdout: string): string {
  return new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'm').exec(stdout)?.[1] ?? '';
}
