import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { openStore, readName } from '../../packagelink/store/store.ts';

/** What the other installer lays down: one archive of the tree of an image in the site's store, kept in the cache. */
export async function archiveImage(stateDir: string, image: string): Promise<{ dir: string; name: string }> {
  const store = openStore(join(stateDir, 'store'));
  const digest = await readName(store, image);
  if (digest === undefined) throw new UserError(`${image} is not in ${store.dir}`);
  const dir = join(stateDir, 'cache/bench-install');
  const name = `${digest}.tar.zst`;
  if (await stat(join(dir, name)).catch(whenMissing(undefined))) return { dir, name };
  await mkdir(dir, { recursive: true });
  const work = await mkdtemp(join(dir, 'work-'));
  try {
    const fetcher = directoryFetcher(store.dir);
    const key = createPublicKey(await readFile(join(stateDir, 'keys/site.pub')));
    const manifest = await readManifest(fetcher, digest, [key]);
    const tree = mergeTree({ layers: [{ name: image, priority: 0, manifest }], defines: {} });
    const target = join(work, 'tree');
    await mkdir(target);
    await applyFull({ target, tree, fetcher, stateFile: join(work, 'state.db') });
    const archive = join(work, name);
    await runCommand(['tar', '--zstd', '--xattrs', '-C', target, '-cf', archive, '.'], { timeoutMs: 300_000 });
    await rename(archive, join(dir, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { dir, name };
}
