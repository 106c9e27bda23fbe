// Tasks and messages, a file each, named by their numbers. In: a directory. Out: what is in it, in order. Each file is there
// whole or not at all. Never: writes over another number.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { whenMissing } from '../../lib/when-missing.ts';
import { readFileIfThere, replaceFile } from './replace-file.ts';

export type Numbered = { readonly seq: number };

/** In the order of their numbers. One that is damaged is taken away: it must not hold up all others for ever. */
export function readNumbered<S extends z.ZodType<Numbered>>(directory: string, schema: S): z.output<S>[] {
  return listNumbers(directory).flatMap((seq) => {
    const parsed = schema.safeParse(readJson(join(directory, `${seq}.json`)));
    if (parsed.success && parsed.data.seq === seq) return [parsed.data];
    dropNumbered(directory, seq);
    return [];
  });
}

/** Undefined when there is none, or it is damaged. */
export const readNumberedOne = <S extends z.ZodType<Numbered>>(
  directory: string,
  seq: number,
  schema: S,
): z.output<S> | undefined => schema.safeParse(readJson(join(directory, `${seq}.json`))).data;

function readJson(file: string): unknown {
  const text = readFileIfThere(file)?.toString() ?? '';
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function putNumbered(directory: string, value: Numbered): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  replaceFile(join(directory, `${value.seq}.json`), JSON.stringify(value));
}

export function dropNumbered(directory: string, seq: number): void {
  rmSync(join(directory, `${seq}.json`), { force: true });
}

/** Rising. */
export function listNumbers(directory: string): number[] {
  return namesIn(directory)
    .flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    return whenMissing<string[]>([])(error);
  }
}
