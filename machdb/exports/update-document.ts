import { UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import type { Machdb } from '../types.ts';
import type { ExportFormat, ExportSettings } from './format.ts';
import { renderExport } from './render-export.ts';
import { nextSerial } from './serial.ts';

/** What is to become of one file: with `changed` false the chunks are what the file holds. */
export type UpdatedDocument = {
  readonly chunks: readonly Buffer[];
  readonly changed: boolean;
  readonly serial: number | undefined;
  readonly warnings: readonly Fault[];
};

/** `previous` is the document as it was last written, `serial` the one the user wants. */
export type UpdateOptions = {
  readonly settings: ExportSettings;
  readonly previous?: Buffer | undefined;
  readonly serial?: number | undefined;
  readonly nowSeconds: number;
};

/**
 * Renders a document and compares it with its last version. Formats with a serial number keep the old one when nothing
 * else has changed, and take one after it otherwise; another `serial` than the old one is a change, too.
 * @throws FaultsError with every fault of the database; UserError when the old version has no serial, or `serial` is
 * not after it.
 */
export function updateDocument(
  db: Machdb,
  format: ExportFormat,
  { settings, previous, serial: wanted, nowSeconds }: UpdateOptions,
): UpdatedDocument {
  const old = previous === undefined ? undefined : readSerial(format, previous);
  const first = old ?? nextSerial(undefined, { nowSeconds, ...(wanted === undefined ? {} : { wanted }) });
  const { chunks, warnings } = renderExport(db, format, { settings, serial: first });
  const serial = format.serial === undefined ? undefined : first;
  if (previous === undefined) return { chunks, changed: true, serial, warnings };
  const raised = wanted !== undefined && old !== undefined && wanted !== old;
  if (!raised && isSame(previous, chunks)) return { chunks, changed: false, serial, warnings };
  if (format.serial === undefined) return { chunks, changed: true, serial, warnings };
  const next = nextSerial(old, { nowSeconds, ...(wanted === undefined ? {} : { wanted }) });
  const [head = Buffer.of(), ...rest] = chunks;
  const replaced = Buffer.from(format.serial.replace(head.toString(), next));
  return { chunks: [replaced, ...rest], changed: true, serial: next, warnings };
}

function readSerial(format: ExportFormat, previous: Buffer): number | undefined {
  if (format.serial === undefined || previous.length === 0) return undefined;
  const serial = format.serial.read(previous.toString('utf8'));
  if (serial !== undefined) return serial;
  throw new UserError('the old version of the zone has no SOA record, so its serial is not known', {
    exitCode: 2,
    hint: 'give another file, or remove it if it is not a zone that a server has loaded',
  });
}

function isSame(previous: Buffer, chunks: readonly Buffer[]): boolean {
  let at = 0;
  for (const chunk of chunks) {
    if (!previous.subarray(at, at + chunk.length).equals(chunk)) return false;
    at += chunk.length;
  }
  return at === previous.length;
}
