// What git would not add of a new package. In: a site, the paths of a package. Out: a line for a person. Never: changes
// the repository.
import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { showNames } from './show-name.ts';

/** Nothing where the site is in no repository, or git is not there. */
export async function ignoredNotes(
  { siteDir, name, paths }: { siteDir: string; name: string; paths: readonly string[] },
  run: RunCommand,
): Promise<string[]> {
  const stdin = paths.map((path) => `packages/${name}/${path}\0`).join('');
  const argv = ['git', 'check-ignore', '--no-index', '-z', '--stdin'] as const;
  try {
    // 1: none is ignored; 128: no repository, or not this user's.
    const { stdout } = await run(argv, { cwd: siteDir, stdin, okExitCodes: [0, 1, 128], timeoutMs: 60_000 });
    const ignored = stdout
      .split('\0')
      .filter((path) => path !== '')
      .map((path) => path.slice(`packages/${name}/`.length));
    if (ignored.length === 0) return [];
    return [`git ignores ${showNames(ignored)}; so that a clone has them: git add --force packages/${name}`];
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}
