import type { Fault } from '../../lib/errors.ts';
import { faultsError } from '../faults.ts';
import { machineNames } from '../query.ts';
import { tryResolve } from '../resolve.ts';
import type { Machdb } from '../types.ts';
import { faultFinder } from './fault-finder.ts';
import type { ExportFormat, ExportInput, ExportMachine, ExportSettings } from './format.ts';

/** The text of an export in pieces of about 64 KiB, UTF-8; nothing but text: a fault would have been thrown. */
export type RenderedExport = { readonly chunks: readonly Buffer[]; readonly warnings: readonly Fault[] };

const exporting = 'exporting the machine database';
const CHUNK_CHARACTERS = 65_536;

/**
 * Renders a whole database. Machines are resolved one by one and not kept; the text is, as bytes, because nothing may
 * be printed before the last machine is known to be sound.
 * @throws FaultsError with every fault of every machine; UserError when the settings name nothing that can be exported.
 */
export function renderExport(
  db: Machdb,
  format: ExportFormat,
  { settings = {}, serial = 1 }: { settings?: ExportSettings; serial?: number } = {},
): RenderedExport {
  const unresolved: Fault[] = [];
  const machines = () => resolveMachines(db, unresolved);
  const input: ExportInput = { db, settings, serial, machines, faultOf: faultFinder(db) };
  try {
    const { chunks, faults } = collect(format.render(input));
    const errors = faults.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw faultsError(exporting, eachOnce(errors));
    if (unresolved.length === 0) return { chunks, warnings: faults };
  } catch (error) {
    if (unresolved.length === 0) throw error;
  }
  // Alone: whatever else a format misses may be in a machine that does not resolve.
  throw faultsError(exporting, eachOnce(unresolved));
}

function collect(parts: Iterable<string | Fault>): { chunks: Buffer[]; faults: Fault[] } {
  const faults: Fault[] = [];
  const chunks: Buffer[] = [];
  let text = '';
  for (const part of parts) {
    if (typeof part !== 'string') faults.push(part);
    else if ((text += part).length >= CHUNK_CHARACTERS) {
      chunks.push(Buffer.from(text));
      text = '';
    }
  }
  return { chunks: [...chunks, Buffer.from(text)], faults };
}

function* resolveMachines(db: Machdb, unresolved: Fault[]): Generator<ExportMachine> {
  for (const name of machineNames(db)) {
    const { values, faults } = tryResolve(db, name);
    if (faults.length > 0) unresolved.push(...faults);
    else yield { name, values };
  }
}

/** A format may go over the machines twice. */
function eachOnce(faults: readonly Fault[]): Fault[] {
  return [...new Map(faults.map((fault) => [`${fault.where}:${fault.line}: ${fault.message}`, fault])).values()];
}
