// A file that comes in parts, from one check-in to the next. In: a directory, what the file should be. Out: how much of it is there, and
// the whole under its SHA-256. Never: gives a name to bytes that are not those of the name; holds the file in memory.
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { whenMissing } from '../../lib/when-missing.ts';

export type WantedFile = { readonly sha256: string; readonly bytes: number };

export type PartFile = {
  readonly isWhole: () => boolean;
  /** Bytes that are there; all of them does not mean that it is whole. */
  readonly have: () => number;
  /** @param from where they belong; what was there from then on is cut off */
  readonly write: (from: number, bytes: Uint8Array) => void;
  /** Compares all of it, and throws away what is wrong. @returns the SHA-256 that it had, if it was the wrong one */
  readonly finish: () => Promise<string | undefined>;
};

export function openPartFile(directory: string, { sha256, bytes }: WantedFile): PartFile {
  const whole = join(directory, sha256);
  const part = `${whole}.part`;
  const have = (): number => {
    const size = sizeOf(part) ?? 0;
    if (size <= bytes) return size;
    rmSync(part, { force: true });
    return 0;
  };
  return {
    isWhole: () => sizeOf(whole) === bytes,
    have,
    write: (from, data) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const file = openSync(part, from === 0 ? 'w' : 'r+', 0o600);
      try {
        for (let done = 0; done < data.length;) done += writeSync(file, data, done, data.length - done, from + done);
      } finally {
        closeSync(file);
      }
    },
    finish: async () => {
      const found = await digestOf(part);
      if (found !== sha256) {
        rmSync(part, { force: true });
        return found;
      }
      syncFile(part);
      renameSync(part, whole);
      return undefined;
    },
  };
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch (error) {
    return whenMissing(undefined)(error);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(piece);
  return hash.digest('hex');
}

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
