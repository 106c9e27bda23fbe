// Somebody logs in over the network, as they would on metal. In: a running machine and the key of the run. Out: what was
// seen. Never: a password, or a second try: a machine with a login prompt has its network.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../lib/run-command.ts';
import type { Argv } from '../lib/run-command.ts';
import type { LoginKey } from './login-key.ts';
import type { RehearsalRun } from './set-up-run.ts';
import type { Expectation } from './verdict.ts';

const COMMAND = 'hostname; id --user --name';

/** Runs a few commands as root by SSH, from the rehearsal's network. */
export async function checkLogin(run: RehearsalRun, key: LoginKey): Promise<Expectation[]> {
  const { machine, namespace, options, logs, workDir } = run;
  const address = machine.record['IP'] ?? '';
  const knownHosts = join(workDir, 'known_hosts');
  await writeFile(knownHosts, await reportedKeys(run, address));
  options.onLine(`$ ssh -i KEY root@${address} '${COMMAND}'`);
  const argv = namespace.inside([...sshArgv({ key: key.file, knownHosts, address }), COMMAND]);
  const { stdout, stderr, exitCode } = await runCommand(argv, {
    okExitCodes: Array.from({ length: 256 }, (_, code) => code),
    timeoutMs: 180_000,
    signal: options.signal,
  });
  for (const line of stdout.trimEnd().split('\n')) options.onLine(`  ${line}`);
  return [
    {
      name: `root logs in by SSH at ${address}`,
      ok: exitCode !== 255 && stdout.trim() === `${machine.name}\nroot`,
      expected: `${machine.name} and root`,
      found: stdout.trim() === '' ? stderr.trim() : stdout.trim(),
      log: logs.second,
    },
  ];
}

/** Lines of known_hosts: the machine is the one that has reported to the server, and no other is let pass for it. */
async function reportedKeys({ machine, server }: RehearsalRun, address: string): Promise<string> {
  const { machines } = await server.control.hostKeys();
  const keys = machines.find(({ name }) => name === machine.name)?.keys ?? [];
  return keys.map((key) => `${address} ${key}\n`).join('');
}

/** Nothing of this computer's own settings, keys or agents. @see ssh(1), ssh_config(5) */
function sshArgv({ key, knownHosts, address }: { key: string; knownHosts: string; address: string }): Argv {
  const settings = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'ConnectTimeout=30',
    'LogLevel=ERROR',
  ];
  return ['ssh', '-F', 'none', '-i', key, ...settings.flatMap((setting) => ['-o', setting]), `root@${address}`];
}
