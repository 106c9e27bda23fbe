import type { Log } from '../../lib/log.ts';

/** Keys remembered; a network can invent any number of them. */
const MAX_KEYS = 1000;

export type LogOnce = (key: string, message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** Logs the first message of each key as a warning and swallows the repetitions; past 1,000 keys it starts anew. */
export function createLogOnce(log: Log): LogOnce {
  const seen = new Set<string>();
  return (key, message, fields = {}) => {
    if (seen.has(key)) return;
    if (seen.size >= MAX_KEYS) seen.clear();
    seen.add(key);
    log.warn(fields, message);
  };
}
