import { formatFault } from '../../lib/errors.ts';
import type { Change, Remark } from './draft.ts';
import type { EditResult } from './edit-machdb.ts';

/** One line for each change, then what was left and new warnings: `machdb/a.db:41: lab07 IP=10.77.0.107 (was 10.77.0.17)`. */
export function formatEdit({ changes, remarks, warnings }: Omit<EditResult, 'files' | 'written'>): string {
  const lines = [...changes.map(formatChange), ...remarks.map(formatRemark), ...warnings.map(formatFault)];
  if (changes.length === 0) lines.push('nothing to change: it is already so');
  return `${lines.join('\n')}\n`;
}

function formatChange({ file, line, object, variable, now, was }: Change): string {
  const place = `${file}:${line}:`;
  if (variable === undefined) {
    if (now === undefined) return `${place} ${object} removed (was ${was})`;
    return `${place} ${now} (${was === undefined ? 'new' : `was ${was}`})`;
  }
  if (now === undefined) return `${place} ${object} ${variable} removed (was ${shorten(was ?? '', `${variable}=`)})`;
  // With another operator the whole statement says more than its value.
  const operator = now.slice(0, now.indexOf('=') + 1);
  return `${place} ${object} ${now} (${was === undefined ? 'new' : `was ${shorten(was, operator)}`})`;
}

function shorten(was: string, prefix: string): string {
  return was.startsWith(prefix) && was.length > prefix.length ? was.slice(prefix.length) : was;
}

function formatRemark({ file, line, text }: Remark): string {
  return `${file}:${line}: ${text}`;
}
