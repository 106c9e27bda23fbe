// A root of its own over this computer's: its programs are here at once, and nothing that is written reaches it.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';
import type { RunCommand } from '../../../lib/run-command.ts';

export type OverlayRoot = AsyncDisposable & {
  readonly root: string;
  /** Runs a program inside, as root. */
  readonly run: RunCommand;
  /** Runs a program inside as an ordinary user without any rights (65534). */
  readonly runAsNobody: RunCommand;
  /** Another host that is the same so far, in 0.1 s. From then on, this one must not be changed, and is disposed of last. */
  readonly clone: (options: OverlayRootOptions) => Promise<OverlayRoot>;
};

export type OverlayRootOptions = {
  /** Where it is mounted; made, and removed at the end. */
  readonly directory: string;
  /** Put before every program: `['ip', 'netns', 'exec', 'lab-1']`. */
  readonly prefix?: readonly string[];
  /** Directories of this computer that are seen inside, by their path there. */
  readonly binds?: Readonly<Record<string, string>>;
};

/** /proc and /dev are there, and /run and /tmp are empty. Takes about 0.1 s. */
export async function mountOverlayRoot(options: OverlayRootOptions, lower = '/'): Promise<OverlayRoot> {
  const { directory, prefix = [], binds = {} } = options;
  const [root, layers] = [join(directory, 'root'), join(directory, 'layers')];
  await mkdir(root, { recursive: true });
  await mkdir(layers);
  const dispose = async (): Promise<void> => {
    await runCommand(['umount', '--recursive', '--lazy', root], { okExitCodes: [0, 1, 32] });
    await runCommand(['umount', '--lazy', layers], { okExitCodes: [0, 1, 32] });
    await rm(directory, { recursive: true });
  };
  try {
    await mountAll({ root, layers, lower }, binds);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    root,
    run: (argv, options) => runCommand([...prefix, 'chroot', root, ...argv] as [string, ...string[]], options),
    runAsNobody: (argv, options) =>
      runCommand(
        [...prefix, 'chroot', '--userspec=65534:65534', '--groups=', root, ...argv] as [string, ...string[]],
        options,
      ),
    clone: async (more) =>
      mountOverlayRoot({ ...more, binds: { ...binds, ...more.binds } }, `${join(layers, 'upper')}:${lower}`),
    [Symbol.asyncDispose]: dispose,
  };
}

async function mountAll(
  { root, layers, lower }: { root: string; layers: string; lower: string },
  binds: Readonly<Record<string, string>>,
): Promise<void> {
  // Not every file system can be a layer that is written; one in memory can.
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'layers', layers]);
  const [upper, work] = [join(layers, 'upper'), join(layers, 'work')];
  await Promise.all([mkdir(upper), mkdir(work)]);
  await runCommand([
    'mount',
    '-t',
    'overlay',
    '-o',
    `lowerdir=${lower},upperdir=${upper},workdir=${work}`,
    'overlay',
    root,
  ]);
  await runCommand(['mount', '-t', 'proc', 'proc', join(root, 'proc')]);
  await runCommand(['mount', '--rbind', '--make-rslave', '/dev', join(root, 'dev')]);
  for (const name of ['run', 'tmp'])
    await runCommand(['mount', '-t', 'tmpfs', '-o', 'mode=1777', name, join(root, name)]);
  for (const [inside, outside] of Object.entries(binds)) {
    await mkdir(join(root, inside), { recursive: true });
    await runCommand(['mount', '--bind', outside, join(root, inside)]);
  }
}
