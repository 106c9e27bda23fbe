// How the last try went, for `gutinteg-fleet status`. In: an ending. Out: a file. Never: what anything depends on.
import { z } from 'zod';
import { readFileIfThere, replaceFile } from './replace-file.ts';
import type { StatePaths } from './state-paths.ts';

const lastTrySchema = z.object({
  /** Milliseconds since 1970, by this host's clock. */
  atMs: z.number(),
  /** `done`, `waiting`, or one word for what went wrong: `time-out`, `certificate`, `quarantined`, … */
  outcome: z.string(),
  message: z.string(),
  /** When a check-in was answered last. */
  doneAtMs: z.number().nullable(),
});

export type LastTry = z.infer<typeof lastTrySchema>;

export function readLastTry(paths: StatePaths): LastTry | undefined {
  try {
    return lastTrySchema.parse(JSON.parse(readFileIfThere(paths.status)?.toString() ?? ''));
  } catch {
    return undefined;
  }
}

/** On a full disk, nothing is said. */
export function writeLastTry(paths: StatePaths, lastTry: LastTry): void {
  try {
    replaceFile(paths.status, `${JSON.stringify(lastTry)}\n`);
  } catch {}
}
