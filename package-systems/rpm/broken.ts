// What dnf's check finds, and a transaction that was cut off. Pure. @see dnf(8) check, history
import type { PackageQuestion } from '../package-system.ts';

export const broken: PackageQuestion<readonly string[]> = {
  commands: [
    { argv: ['dnf', '--cacheonly', '--quiet', 'check', '--dependencies', '--duplicates'], okExitCodes: [0, 1] },
    // 1: there has been none.
    { argv: ['dnf', '--cacheonly', '--quiet', 'history', 'info', 'last'], okExitCodes: [0, 1] },
  ],
  parse: ([check, last]) => [
    ...(check?.stdout.split('\n') ?? []).filter((line) => line.trim() !== ''),
    ...readCutOff(last?.stdout ?? ''),
  ],
};

/** One that ended, well or not, has noted the state of the database at its end. */
function readCutOff(stdout: string): string[] {
  const isCutOff = /^End rpmdb[ \t]*:[ \t*]*$/m.test(stdout);
  const [id, command] = [valueOf('Transaction ID', stdout), valueOf('Command Line', stdout)];
  return isCutOff ? [`transaction ${id} of dnf was cut off: ${command}`] : [];
}

function valueOf(name: string, stdout: string): string {
  return new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'm').exec(stdout)?.[1] ?? '';
}
