// A network namespace of the rehearsal's own: a bridge with the server's address and a tap for the machine.
// Nothing outside the namespace is touched; removing it removes everything in it.
import { readdir } from 'node:fs/promises';
import { UserError } from '../lib/errors.ts';
import { runCommand } from '../lib/run-command.ts';
import type { Argv } from '../lib/run-command.ts';
import { whenMissing } from '../lib/when-missing.ts';

const PREFIX = 'gutinteg-';

export type Namespace = {
  readonly name: string;
  readonly bridge: string;
  readonly tap: string;
  /** The argv that runs a program inside the namespace, in a session of its own: a terminal's Ctrl-C does not reach it. */
  readonly inside: (argv: Argv) => Argv;
  readonly remove: () => Promise<void>;
};

/**
 * Makes `gutinteg-<pid>-<label>` with bridge `lan0` holding `address` (`10.77.0.1/24`) and tap `tap0`.
 * @throws UserError when it cannot, saying what is missing
 */
export async function createNamespace(input: { readonly label: string; readonly address: string }): Promise<Namespace> {
  await removeStaleNamespaces();
  const name = `${PREFIX}${process.pid}-${input.label}`;
  const [bridge, tap] = ['lan0', 'tap0'];
  const remove = async (): Promise<void> => {
    await runCommand(['ip', 'netns', 'delete', name], { okExitCodes: [0, 1] });
  };
  try {
    await runCommand(['ip', 'netns', 'add', name]);
    for (const words of [
      ['link', 'set', 'lo', 'up'],
      ['link', 'add', bridge, 'type', 'bridge', 'forward_delay', '0'],
      ['address', 'add', input.address, 'dev', bridge],
      ['link', 'set', bridge, 'up'],
      // A port that is always up, as on a switch: without one the bridge is down while the machine is off.
      ['link', 'add', 'port0', 'type', 'veth', 'peer', 'name', 'port1'],
      ['link', 'set', 'port0', 'master', bridge],
      ['link', 'set', 'port0', 'up'],
      ['link', 'set', 'port1', 'up'],
      ['tuntap', 'add', tap, 'mode', 'tap'],
      ['link', 'set', tap, 'master', bridge],
      ['link', 'set', tap, 'up'],
    ]) {
      await runCommand(['ip', 'netns', 'exec', name, 'ip', ...words]);
    }
  } catch (cause) {
    await remove();
    throw new UserError('making a network namespace failed; rehearsals need root and /dev/net/tun', { cause });
  }
  return { name, bridge, tap, inside: (argv) => ['setsid', 'ip', 'netns', 'exec', name, ...argv], remove };
}

/** Removes namespaces whose maker has ended without doing so, for example by power loss or SIGKILL. */
async function removeStaleNamespaces(): Promise<void> {
  const names = await readdir('/run/netns').catch(whenMissing<string[]>([]));
  for (const name of names) {
    const maker = /^gutinteg-(\d+)-/.exec(name)?.[1];
    if (maker === undefined || isAlive(Number(maker))) continue;
    await runCommand(['ip', 'netns', 'delete', name], { okExitCodes: [0, 1] });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
