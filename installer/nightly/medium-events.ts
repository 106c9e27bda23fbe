// What an installation from a medium had to tell. In: a file that it left. Out: its delivery, once.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { RefusedError } from '../../contract/client.ts';
import { parseEvents } from '../../contract/events.ts';
import type { InstallEvent } from '../../contract/events.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { MEDIUM_EVENTS_FILE } from '../machine/machine-state.ts';

const MOST_AT_ONCE = 500;

/**
 * Sends the events, in their order, and removes the file. What cannot be read, or what the server refuses, is dropped
 * with a notice. @throws ServerAwayError; the file then stays
 */
export async function deliverMediumEvents(
  root: string,
  send: (events: readonly InstallEvent[]) => Promise<void>,
): Promise<string[]> {
  const path = join(root, MEDIUM_EVENTS_FILE);
  const text = await readIfThere(path);
  if (text === undefined) return [];
  const notices: string[] = [];
  try {
    const stored = parseJsonEdge(z.array(z.unknown()), text.toString('utf8'), path);
    for (let done = 0; done < stored.length; done += MOST_AT_ONCE) {
      const events = parseEvents({ events: stored.slice(done, done + MOST_AT_ONCE) }, path);
      await send(events.filter((event) => event.kind !== 'unknown'));
    }
  } catch (error) {
    const isUseless = error instanceof RefusedError || (error instanceof UserError && error.exitCode === 2);
    if (!isUseless) throw error;
    notices.push(`what the installation had to tell was given up: ${describeError(error)}`.slice(0, 2000));
  }
  await rm(path);
  return notices;
}
