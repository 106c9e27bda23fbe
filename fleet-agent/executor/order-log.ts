// What the programs of an order print: all of it, bounded, in a file of root's; the last of it for the server. In: a directory.
// Out: files. Never: grows without end, neither one file nor their number.
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 4 * 1024 * 1024;
const KEPT_BYTES = 512 * 1024;
const TAIL_BYTES = 16_000;
const MAX_LOGS = 20;

export type OrderLog = Disposable & {
  /** Open for appending. */
  readonly file: number;
  /** A line of the executor's own. */
  readonly say: (line: string) => void;
  /** The end of it stays. */
  readonly keepSmall: () => void;
  /** The last 16,000 bytes, as text that can be shown. */
  readonly tail: () => string;
};

/** An order that is continued goes on in its file. */
export function openOrderLog(directory: string, name: string): OrderLog {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  dropOldest(directory, name);
  const file = openSync(join(directory, `${name}.log`), 'a+', 0o600);
  const readLast = (most: number): Buffer => {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, most));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
  };
  return {
    file,
    say: (line) => {
      // On a full disk the order's end still says what happened.
      try {
        writeSync(file, `gutinteg-fleet: ${line}\n`);
      } catch {}
    },
    keepSmall: () => {
      if (fstatSync(file).size <= MAX_BYTES) return;
      const kept = readLast(KEPT_BYTES);
      ftruncateSync(file);
      writeSync(file, kept);
    },
    tail: () => harmless(readLast(TAIL_BYTES).toString()),
    [Symbol.dispose]: () => closeSync(file),
  };
}

// oxlint-disable-next-line no-control-regex -- they are what is taken out; lines and tabs stay
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

const harmless = (text: string): string =>
  text
    .replace(/^\uFFFD+/, '')
    .replaceAll(/[^\n]*\r(?!\n)/g, '')
    .replaceAll(CONTROL, '')
    .toWellFormed()
    .slice(-TAIL_BYTES);

function dropOldest(directory: string, name: string): void {
  const others = readdirSync(directory)
    .filter((entry) => entry !== `${name}.log`)
    .map((entry) => ({ path: join(directory, entry), at: statSync(join(directory, entry)).mtimeMs }))
    .sort((left, right) => right.at - left.at);
  for (const { path } of others.slice(MAX_LOGS - 1)) rmSync(path, { force: true });
}
