// Columns of numbers and texts, as manifests are stored. In: arrays from JSON. Out: checked arrays. Never: I/O.
import { z } from 'zod';
import { isPackagePath } from '../package/package-path.ts';

/** Pairs of a value and how often it stands there: `[420, 99, 493, 1]` are a hundred modes. */
export type Runs = readonly number[];

const HEX = /^[0-9a-f]*$/;
const DIGEST_LENGTH = 64;

// One loop over a plain array: a schema for each of a hundred thousand numbers takes longer than all the rest.
const whole = (least: number, most: number) => (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const isPath = (value: unknown) => typeof value === 'string' && isPackagePath(value);

/** A column of whole numbers from `least` to `most`. */
export function numbers(least = 0, most: number = Number.MAX_SAFE_INTEGER) {
  return column<number>(whole(least, most), `a whole number from ${least} to ${most}`);
}

/** Runs of whole numbers from `least` to `most`; their counts are at least 1. */
export function runs(least = 0, most: number = Number.MAX_SAFE_INTEGER) {
  const isValue = whole(least, most);
  const isCount = whole(1, Number.MAX_SAFE_INTEGER);
  const isRun = (value: unknown, index: number) => (index % 2 === 0 ? isValue(value) : isCount(value));
  return column<number>(isRun, `a run of whole numbers from ${least} to ${most}`).refine(
    ({ length }) => length % 2 === 0,
    'ends in the middle of a run',
  );
}

/** A column of paths inside a package. */
export const pathColumn = column<string>(isPath, 'a path inside the package');

/** Digests, one after the other in one text. */
export const digestColumn = z
  .string()
  .refine((text) => text.length % DIGEST_LENGTH === 0 && HEX.test(text), 'not a row of SHA-256 in hexadecimal');

function column<T>(isGood: (value: unknown, index: number) => boolean, what: string) {
  const firstBad = (value: unknown[]) => value.findIndex((one, index) => !isGood(one, index));
  return z.custom<readonly T[]>((value) => Array.isArray(value) && firstBad(value) === -1, {
    error: ({ input }) => {
      const bad = Array.isArray(input) ? (input as unknown[])[firstBad(input)] : input;
      return `${JSON.stringify(bad)?.slice(0, 200)} is not ${what}`;
    },
  });
}

/** The digest in a row of a digest column. */
export function digestAt(digests: string, row: number): string {
  return digests.slice(row * DIGEST_LENGTH, (row + 1) * DIGEST_LENGTH);
}

/** How many rows a digest column has. */
export function digestCount(digests: string): number {
  return digests.length / DIGEST_LENGTH;
}

/** The runs of a column. */
export function packRuns(values: readonly number[]): number[] {
  const packed: number[] = [];
  let count = 0;
  for (const [index, value] of values.entries()) {
    count += 1;
    if (values[index + 1] === value) continue;
    packed.push(value, count);
    count = 0;
  }
  return packed;
}

/** The column of these runs; undefined when they are not exactly `rows` values. */
export function unpackRuns(packed: Runs, rows: number): number[] | undefined {
  let total = 0;
  for (let index = 1; index < packed.length; index += 2) total += packed[index] ?? 0;
  // Before any memory is taken: a count is only a number.
  if (total !== rows) return undefined;
  const values: number[] = [];
  for (let index = 0; index < packed.length; index += 2) {
    const value = packed[index] ?? 0;
    for (let left = packed[index + 1] ?? 0; left > 0; left -= 1) values.push(value);
  }
  return values;
}
