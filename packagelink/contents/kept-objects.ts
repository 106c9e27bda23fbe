// Bytes that only this target still has, or might soon be the only one to have. In: files. Out: a directory of files
// named by their SHA-256. Never: a name whose bytes are not the right ones; a link that is followed.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { DIGEST } from '../package/manifest.ts';
import { tryCopy } from './tree-source.ts';

type Wanted = { readonly sha256: string; readonly sizeBytes: number };

/** Where the bytes beside a state database lie, 0700. */
export function objectsDirectory(stateFile: string): string {
  return `${stateFile}.objects`;
}

/** Keeps a content, from the first of several places that has it; answers why not when none has. */
export function keepObject(objects: string, wanted: Wanted, places: readonly string[]): string | undefined {
  const kept = `${objects}/${wanted.sha256}`;
  if (existsSync(kept)) return undefined;
  mkdirSync(objects, { recursive: true, mode: 0o700 });
  let fault: string | undefined;
  for (const place of places) {
    const found = copyObject(kept, wanted, place);
    if (found === undefined) return undefined;
    fault ??= found;
  }
  return fault ?? 'its source is gone';
}

function copyObject(kept: string, wanted: Wanted, place: string): string | undefined {
  const temporary = `${kept}.part`;
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    const fault = tryCopy(place, wanted, (bytes, position) => {
      let done = 0;
      while (done < bytes.length) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
    });
    if (fault !== undefined) return fault;
    fsyncSync(fd);
    renameSync(temporary, kept);
    return undefined;
  } finally {
    closeSync(fd);
    rmSync(temporary, { force: true });
  }
}

/**
 * Removes every content that was wanted and no longer is, and what was begun. Others stay: a database that was moved away may
 * still know of them.
 */
export function trimObjects(objects: string, { before, now }: Record<'before' | 'now', ReadonlySet<string>>): void {
  if (!existsSync(objects)) return;
  for (const name of readdirSync(objects)) {
    const isBegun = name.endsWith('.part') && DIGEST.test(name.slice(0, -'.part'.length));
    if (isBegun || (before.has(name) && !now.has(name))) rmSync(`${objects}/${name}`, { force: true });
  }
}
