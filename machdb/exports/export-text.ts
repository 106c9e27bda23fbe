import { FaultsError } from '../../lib/errors.ts';
import type { ExportSettings } from './format.ts';
import type { ExportFormatName } from './format-names.ts';
import { exportFormats } from './formats.ts';
import { renderExport } from './render-export.ts';
import { parseMachdb } from '../parse.ts';

/** What an export makes of a database: text, and the messages of warnings or, when there is no text, of faults. */
export type Exported = { readonly text: string; readonly said: readonly string[] };

/** For tests: exports the text of a database, with the serial 7. */
export function exportText(format: ExportFormatName, database: string, settings: ExportSettings = {}): Exported {
  const db = parseMachdb([{ path: 'x.db', text: database }]);
  try {
    const { chunks, warnings } = renderExport(db, exportFormats[format], { settings, serial: 7 });
    return { text: Buffer.concat(chunks).toString(), said: warnings.map(({ message }) => message) };
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return { text: '', said: error.faults.map(({ message, line }) => `${line}: ${message}`) };
  }
}
