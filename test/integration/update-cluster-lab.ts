// A private root for hooks: this computer's /etc and /usr with packages over them, in a mount namespace of its own.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');

type Inside = { readonly exitCode?: number; readonly stdout: string; readonly stderr: string };

export type ClusterLab = AsyncDisposable & {
  /** Runs a program inside, with standard input closed or from `input`. */
  readonly inside: (argv: readonly [string, ...string[]], input?: string) => Promise<Inside>;
  /** Runs lines of shell inside. */
  readonly shell: (script: string) => Promise<Inside>;
  /** The argv that runs another inside. */
  readonly enter: (argv: readonly string[]) => string[];
};

const MOUNTS = `
set -e
for dir in etc usr; do
  mkdir "$1/$dir" "$1/work-$dir"
  lower=/$dir
  for package in $2; do [ ! -d "$package/$dir" ] || lower=$package/$dir:$lower; done
  mount -t overlay overlay -o "lowerdir=$lower,upperdir=$1/$dir,workdir=$1/work-$dir" "/$dir"
done
mount -t tmpfs tmpfs /run
ln -s "$3"/bin/update-cluster* /usr/bin/
mkdir -p /usr/lib/update-cluster /etc/update-cluster/updatelist
echo ready
exec cat
`;

/** Opens a private root in which our programs are in /usr/bin, and these directories of unpacked packages are installed. */
export async function openClusterLab(packages: readonly string[] = []): Promise<ClusterLab> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-cluster-lab-'));
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', dir]);
  const holder = execa('unshare', ['--mount', 'sh', '-c', MOUNTS, 'sh', dir, packages.join(' '), root], {
    reject: false,
  });
  await Promise.race([once(holder.stdout, 'data'), holder.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  const enter = (argv: readonly string[]): string[] => ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`, '--', ...argv];
  const inside: ClusterLab['inside'] = async (argv, input = '') => {
    const [file = '', ...args] = enter(argv);
    const env = { PATH: '/usr/sbin:/usr/bin', CLUSTERXML: '' };
    return execa(file, args, { reject: false, stripFinalNewline: false, input, env, cwd: '/' });
  };
  return {
    inside,
    enter,
    shell: (script) => inside(['sh', '-c', script]),
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await holder;
      await runCommand(['umount', dir]);
      await rm(dir, { recursive: true });
    },
  };
}

/** Where tests put a hook of a package. */
export async function putHook(
  lab: ClusterLab,
  name: string,
  script: string,
  dir = '/usr/lib/update-cluster',
): Promise<void> {
  const path = `${dir}/${name}.updatelist`;
  await lab.inside(['sh', '-c', 'cat >"$1" && chmod 755 "$1"', 'sh', path], `#!/bin/sh\n${script}\n`);
}
