// Asks hosts by ssh(1) to check in now. In: names of hosts. Out: for each, what became of it, in words. Never: a password; a
// command but this one.
import type { CommandResult, RunCommand } from '../../lib/run-command.ts';

export type PushResult = { readonly host: string; readonly isDone: boolean; readonly message: string };

export type SshPush = {
  readonly hosts: readonly string[];
  readonly run: RunCommand;
  /** The account on the hosts; ssh_config(5) decides unless given. */
  readonly user?: string;
  /** So many at a time. */
  readonly atOnce: number;
};

const CONNECT_SECONDS = 10;
/** A check-in that waits for a slow package system is left alone: it goes on there. */
const WHOLE_MS = 120_000;

/** In the order of `hosts`. */
export async function pushBySsh({ hosts, run, user, atOnce }: SshPush): Promise<PushResult[]> {
  const results: PushResult[] = [];
  const waiting = [...hosts.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, host] = next;
      results[index] = await pushTo(host, run, user);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, hosts.length) }, work));
  return results;
}

async function pushTo(host: string, run: RunCommand, user: string | undefined): Promise<PushResult> {
  const options = ['-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_SECONDS}`];
  const account = user === undefined ? [] : ['-l', user];
  const every = Array.from({ length: 256 }, (_, code) => code);
  return run(['ssh', ...options, ...account, '--', host, 'gutinteg-fleet wake'], {
    timeoutMs: WHOLE_MS,
    okExitCodes: every,
  }).then(
    (result) => ({ host, ...describeResult(result) }),
    () => ({ host, isDone: false, message: `no end after ${WHOLE_MS / 1000} s; it may still go on there` }),
  );
}

/** Exported for its test. `ssh` itself fails with 255. */
export function describeResult({ exitCode, stdout, stderr }: CommandResult): Omit<PushResult, 'host'> {
  const said = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
  if (exitCode === 0) return { isDone: true, message: said(stdout) || 'it has checked in' };
  if (exitCode === 127) return { isDone: false, message: 'gutinteg-fleet is not installed there' };
  if (exitCode !== 255) return { isDone: false, message: said(stderr) || said(stdout) || `exit code ${exitCode}` };
  const known = FAILURES.find(([pattern]) => pattern.test(stderr));
  return { isDone: false, message: known?.[1] ?? `ssh: ${said(stderr)}` };
}

const FAILURES: readonly (readonly [RegExp, string])[] = [
  [/host identification has changed/i, 'its host key is not the known one (ssh-keygen -R, if it was installed anew)'],
  [/host key verification failed/i, 'its host key is not known here (put it into ~/.ssh/known_hosts: ssh-keyscan)'],
  [/permission denied/i, 'the login was rejected: no key that it accepts (ssh-copy-id)'],
  [/timed out/i, `no answer within ${CONNECT_SECONDS} s`],
  [/connection refused/i, 'it refuses the connection: no ssh server'],
  [/could not resolve hostname/i, 'nobody knows its name'],
  [/no route to host|network is unreachable/i, 'there is no way to it'],
];
