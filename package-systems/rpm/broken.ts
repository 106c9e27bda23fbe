// What dnf's check finds, and a transaction that was cut off. Pure. @see dnf(8) check, history
import type { PackageQuestion } from '../package-system.ts';
import { askDnf } from './ask-dnf.ts';

export const broken: PackageQuestion<readonly string[]> = {
  commands: [
    askDnf(['--quiet', 'check', '--dependencies', '--duplicates'], [0, 1]),
    // 1: there has been none.
    askDnf(['--quiet', 'history', 'info', 'last'], [0, 1]),
  ],
  further: ([, last]) =>
    isCutOff(last?.stdout ?? '') ? [{ argv: ['rpm', '--query', '--all', '--queryformat', NEVRA] }] : [],
  // What is said although nothing was found are words of plugins.
  parse: ([check, last, installed]) => [
    ...(check === undefined || check.exitCode === 0 ? [] : readProblems(check.stdout)),
    ...readCutOff(last?.stdout ?? '', installed?.stdout ?? ''),
  ],
};

const PROBLEM = /^\S+ (?:has missing requires of|has installed conflict|is a duplicate with) /;

export const isUnmet = (line: string): boolean => /missing require|installed conflict/i.test(line);

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

/** As the history of dnf 4 names a package. */
const NEVRA = '%{NAME}-%|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}.%{ARCH}\\n';

/** One that ended, well or not, has noted the state of the database at its end; `dnf mark` notes only that it went well. */
const isCutOff = (stdout: string): boolean =>
  /^End rpmdb[ \t]*:[ \t*]*$/m.test(stdout) && valueOf('Return-Code', stdout) !== 'Success';

/** The history says for ever that it was cut off; nothing is broken by it once all of its packages are as they should be. */
function readCutOff(stdout: string, installed: string): string[] {
  if (!isCutOff(stdout)) return [];
  const [id, command] = [valueOf('Transaction ID', stdout), valueOf('(?:Command Line|Description)', stdout)];
  const there = new Set(installed.split('\n'));
  const rows = [
    ...stdout.slice(stdout.indexOf('\nPackages Altered:')).matchAll(/^[ *]{4}(\S.*?) (\S+\.\S+)(?: @\S*)?$/gm),
  ];
  const undone = rows.filter(([, did = '', nevra = '']) => !isDone(did, there.has(nevra)));
  // dnf 5 has another table.
  if (rows.length > 0 && undone.length === 0) return [];
  const what = undone.map(([, did = '', nevra = '']) => `${did} ${nevra}`).join(', ');
  return [`transaction ${id} of dnf was cut off: ${command}${what === '' ? '' : `; what is not done of it: ${what}`}`];
}

const COMES = new Set(['Install', 'Dep-Install', 'Upgrade', 'Downgrade', 'Reinstall', 'Obsoleting']);
const GOES = new Set(['Upgraded', 'Downgraded', 'Removed', 'Erase', 'Obsoleted']);

const isDone = (did: string, isThere: boolean): boolean => (isThere ? COMES.has(did) : GOES.has(did));

function valueOf(name: string, stdout: string): string {
  return new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'm').exec(stdout)?.[1] ?? '';
}
