// In: the bytes of a cluster.xml, and names of fields. Out: one line for each host. Pure.
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { fieldValue, findField } from './document/cluster-document.ts';
import type { FieldName } from './document/fields.ts';
import { scanClusterBytes } from './document/parse-document.ts';
import { faultAt } from './document/place-in-text.ts';

export type Columns = {
  readonly bytes: Uint8Array;
  readonly where: string;
  readonly fields: readonly FieldName[];
  /** Stands for a field that a host lacks. */
  readonly empty: string;
};

const BATCH = 500;
/** As many faults as are worth reading. */
const MOST_FAULTS = 20;

/**
 * The fields of each host, with a space between them and a line end behind the last.
 * @throws FaultsError for a file that cannot be read, and for values with white space, which would become two columns
 */
export function planColumns({ bytes, where, fields, empty }: Columns): { text: string; warnings: readonly Fault[] } {
  // Batches, as 100,000 lines that are all kept until the end take longer to collect than to make.
  const batches: string[] = [];
  let lines: string[] = [];
  const faults: Fault[] = [];
  const { warnings } = scanClusterBytes(bytes, where, (host, text) => {
    let line = '';
    for (const field of fields) {
      const value = fieldValue(host, field) ?? empty;
      if (hasWhiteSpace(value) && faults.length < MOST_FAULTS) {
        const message = `<${field}> has white space in it, and would become more than one column`;
        faults.push(
          faultAt({ text, where }, findField(host, field)?.start ?? host.start, { severity: 'error', message }),
        );
      }
      line = line === '' ? value : `${line} ${value}`;
    }
    lines.push(line);
    if (lines.length < BATCH) return;
    batches.push(`${lines.join('\n')}\n`);
    lines = [];
  });
  if (faults.length > 0) throw new FaultsError(`printing ${fields.join(' ')} of ${where}`, faults);
  return { text: [...batches, ...lines.map((line) => `${line}\n`)].join(''), warnings };
}

function hasWhiteSpace(value: string): boolean {
  // Nearly all values are words of ASCII, which needs no pattern.
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    // NEL ends a line for some programs.
    if (code <= 32 || code >= 127) return /[\s\u0085]/u.test(value);
  }
  return false;
}
