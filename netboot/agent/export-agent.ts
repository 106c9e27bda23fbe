// The published agent as a tar file, for a machine that is to be adopted. In: the store. Out: a file.
// Never: hands out what the site's key has not signed.
import type { KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../lib/errors.ts';
import { runCommand } from '../../lib/run-command.ts';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { readName } from '../../packagelink/store/store.ts';
import type { Store } from '../../packagelink/store/store.ts';

/** Writes files and links only: directories that are on the machine keep their owner and mode. @throws UserError */
export async function exportAgent(input: {
  readonly store: Store;
  /** As it is published. */
  readonly name: string;
  readonly publicKey: KeyObject;
  /** Standard output unless given. */
  readonly file: string | undefined;
}): Promise<void> {
  const { file } = input;
  const dir = await mkdtemp(join(tmpdir(), 'gutinteg-agent-'));
  try {
    const target = join(dir, 'tree');
    const paths = await layPublishedAgent(input, target);
    const argv = ['tar', '-C', target, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'] as const;
    const tar = join(dir, 'agent.tar');
    await runCommand([...argv, '--null', '--files-from=-', '-cf', tar], { stdin: paths.join('\0') });
    if (file === undefined) await pipeline(createReadStream(tar), process.stdout);
    else await copyFile(tar, file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

type PublishedAgent = { readonly store: Store; readonly name: string; readonly publicKey: KeyObject };

/** Fills a directory, which is made, with the agent. @returns the paths of files and links, `./usr/…` @throws UserError */
export async function layPublishedAgent({ store, name, publicKey }: PublishedAgent, target: string): Promise<string[]> {
  const digest = await readName(store, name);
  if (digest === undefined) {
    throw new UserError(`${name} is not in the package store`, { hint: 'gutinteg prepare --site SITE' });
  }
  const fetcher = directoryFetcher(store.dir);
  const manifest = await readManifest(fetcher, digest, [publicKey]);
  const tree = mergeTree({ layers: [{ name, priority: manifest.priority, manifest }], defines: {} });
  await mkdir(target);
  await applyFull({ target, tree, fetcher, stateFile: `${target}.db` });
  return tree.entries.filter(({ type }) => type !== 'directory').map(({ path }) => `./${path}`);
}
