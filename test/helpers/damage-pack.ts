// A package store that is not what it was: one byte of one pack of an image.
import { createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../packagelink/package/digest.ts';
import { directoryFetcher } from '../../packagelink/contents/fetch.ts';
import { readManifest } from '../../packagelink/manifests/read-manifest.ts';
import { readName } from '../../packagelink/store/store.ts';

export type DamagedPack = {
  /** Its file name, which is the digest that it should have. */
  readonly name: string;
  /** The digest that it has now. */
  readonly found: string;
  readonly undo: () => Promise<void>;
};

/** Changes a byte in the middle of the pack in the middle of an image. */
export async function damagePack(stateDir: string, image: string): Promise<DamagedPack> {
  const dir = join(stateDir, 'store');
  const publicKey = createPublicKey(await readFile(join(stateDir, 'keys/site.pub'), 'utf8'));
  const digest = await readName({ dir }, image);
  const { packs } = await readManifest(directoryFetcher(dir), digest ?? '', [publicKey]);
  const name = packs[Math.floor(packs.length / 2)]?.sha256 ?? '';
  const file = join(dir, 'packs', name);
  const right = await readFile(file);
  const wrong = Buffer.from(right);
  const middle = Math.floor(wrong.length / 2);
  wrong.writeUInt8(wrong.readUInt8(middle) ^ 1, middle);
  await writeFile(file, wrong);
  return { name, found: sha256(wrong), undo: async () => writeFile(file, right) };
}
