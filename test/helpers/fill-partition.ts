// Files as a data partition of people has them: many, small and large, in directories, with odd names.
import { createCipheriv, createHash } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MiB } from '../../lib/bytes.ts';
import { listDigests, withMounted } from './disk-image.ts';
import type { ImagePartition } from './disk-image.ts';
import { seededRandom } from './seeded-random.ts';

const FILES = 300;
const DIRECTORIES = 24;
const LARGEST_BYTES = 4 * MiB;
const NAMES = ['plain', 'with blank', 'ümlaut', '-dash', 'new\nline', '.hidden'];

/**
 * Fills a partition and answers its files by digest. Sizes are 0 to 4 MiB, mostly small, together about 300 MiB; a
 * partition that is smaller is filled up to three quarters.
 */
export async function fillPartition(partition: ImagePartition, seed: string): Promise<string[]> {
  await withMounted(partition, async (dir) => {
    const random = seededRandom(seed);
    let leftBytes = Math.floor(partition.sizeBytes * 0.75);
    for (let index = 0; index < FILES; index += 1) {
      const name = `${NAMES[index % NAMES.length] ?? ''} ${index}`;
      const path = join(dir, `d${Math.floor(random() * DIRECTORIES)}/e${Math.floor(random() * 3)}`, name);
      const sizeBytes = Math.min(leftBytes, Math.floor(LARGEST_BYTES * random() ** 3));
      leftBytes -= sizeBytes;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, randomBytes(`${seed} ${index}`, sizeBytes));
      await chmod(path, 0o600 + Math.floor(random() * 0o100));
    }
  });
  return readPartition(partition);
}

/** The files of a partition by digest; its file system must be clean. */
export async function readPartition(partition: ImagePartition): Promise<string[]> {
  return withMounted(partition, listDigests);
}

function randomBytes(seed: string, sizeBytes: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes));
}
