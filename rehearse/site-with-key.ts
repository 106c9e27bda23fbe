// A site whose machine lets in somebody of the run. In: a site directory. Out: a second one, which has the same files but
// a machine database of its own. Never: changes the site.
import { chmod, cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runCommand } from '../lib/run-command.ts';
import { machdbArgv } from './gutinteg-argv.ts';

/** @throws CommandError when the database cannot be edited, with what `machdb set` says */
export async function siteWithKey(
  stack: AsyncDisposableStack,
  { siteDir, host, publicKey }: { readonly siteDir: string; readonly host: string; readonly publicKey: string },
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-site-'));
  stack.defer(async () => rm(dir, { recursive: true, force: true }));
  // The server may have another user.
  await chmod(dir, 0o755);
  for (const name of await readdir(siteDir)) {
    if (name === 'machdb') await cp(join(siteDir, name), join(dir, name), { recursive: true, dereference: true });
    else await symlink(resolve(siteDir, name), join(dir, name));
  }
  await runCommand(machdbArgv('set', host, `ROOT_KEYS+=${publicKey}`, '--site', dir));
  return dir;
}
