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

/** As many faults as are worth reading. */
const MOST_FAULTS = 20;

/**
 * The fields of each host, with a space between them and a line end behind the last.
 * @throws FaultsError for a file that cannot be read, and for values with white space, which would become two columns
 */
export function planColumns({ bytes, where, fields, empty }: Columns): { text: string; warnings: readonly Fault[] } {
  const lines: string[] = [];
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
  });
  if (faults.length > 0) throw new FaultsError(`printing ${fields.join(' ')} of ${where}`, faults);
  return { text: lines.map((line) => `${line}\n`).join(''), warnings };
}

function hasWhiteSpace(value: string): boolean {
  // NEL ends a line for some programs.
  return /[\s\u0085]/u.test(value);
}
