// Programs of an order that outlive the unit which this program runs in. In: a command. Out: one that systemd keeps apart, where it runs.
// Never: starts anything. @see systemd-run(1), setsid(1)
import { existsSync } from 'node:fs';
import type { PackageCommand } from '../../package-systems/package-system.ts';
import { MARK } from './marked-processes.ts';

const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** It is waited for as before, but a script of a package may stop the unit. */
export const inOwnScope = (command: PackageCommand): PackageCommand =>
  hasSystemd()
    ? { ...command, argv: ['systemd-run', '--scope', '--quiet', '--collect', '--', ...command.argv] }
    : command;

export type LeftAlone = {
  readonly argv: readonly [program: string, ...words: string[]];
  readonly env: Readonly<Record<string, string>>;
};

/** Nobody waits for it: it is no program of the order, and so has not its mark. */
export function leftAlone({ argv, env }: LeftAlone): PackageCommand {
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return hasSystemd()
    ? { argv: ['systemd-run', '--quiet', '--collect', ...set.map((each) => `--setenv=${each}`), '--', ...argv] }
    : { argv: ['setsid', '--fork', 'env', '-u', MARK, ...set, ...argv] };
}
