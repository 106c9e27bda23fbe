// A user namespace with mounts of its own, in which root may do what it likes to itself. In: nothing. Out: a way to run
// programs in it. Never: shows this computer anything of it; it ends with this program, whatever ends that.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';

export type UserNamespace = {
  /** Runs programs as root of the namespace; paths are this computer's. */
  readonly run: RunCommand;
  readonly close: () => Promise<void>;
};

/** Every user of this computer is the same one inside, so that files get their owners. @see user_namespaces(7) */
const EVERYBODY = '0 0 4294967295';

/** @throws UserError where the kernel does not allow one */
export async function openUserNamespace(run: RunCommand): Promise<UserNamespace> {
  // It holds the namespace open, and ends when its standard input does.
  const holder = spawn('unshare', ['--user', '--mount', '--propagation', 'private', 'cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  // A program that fails must not wait for it.
  holder.unref();
  const ended = once(holder, 'exit').catch(() => []);
  const close = async (): Promise<void> => {
    holder.ref();
    holder.stdin.end();
    await ended;
  };
  holder.stdin.on('error', () => {});
  try {
    // What it repeats shows that the namespace is there.
    holder.stdin.write('\n');
    await Promise.race([
      once(holder.stdout, 'data'),
      ended.then(() => Promise.reject(new Error('unshare has failed'))),
    ]);
    for (const map of ['uid_map', 'gid_map']) await writeFile(`/proc/${holder.pid}/${map}`, EVERYBODY);
  } catch (cause) {
    await close();
    throw new UserError('this kernel does not allow user namespaces', { cause });
  }
  const inside = ['nsenter', `--target=${holder.pid}`, '--user', '--mount', '--'] as const;
  return { run: (argv, options) => run([...inside, ...argv], options), close };
}
