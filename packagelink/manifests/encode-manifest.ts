// A manifest ↔ the bytes that its name is the SHA-256 of. In: a Manifest or such bytes. Out: the other. Never: I/O.
import { z } from 'zod';
import { FaultsError } from '../../lib/errors.ts';
import { parseEdge, parseJsonEdge } from '../../lib/parse-edge.ts';
import { canonicalJson } from '../package/canonical-json.ts';
import { digestAt, digestColumn, digestCount, numbers, pathColumn } from './columns.ts';
import { UserError } from '../../lib/errors.ts';
import { decodeEntries, encodeEntries, entryColumnsSchema } from './entry-columns.ts';
import { PACK_RAW_BYTES, manifestSchema } from '../package/manifest.ts';
import type { Manifest, Pack } from '../package/manifest.ts';
import { findManifestFaults } from '../package/manifest-faults.ts';

const ENCODING = 'columns-1';

/** All of a manifest but its lists of packs and entries. */
export const headerSchema = manifestSchema.omit({ packs: true, entries: true });
/** Likewise. */
export type ManifestHeader = z.infer<typeof headerSchema>;

export const packColumnsSchema = z.strictObject({
  sha256: digestColumn,
  sizeBytes: numbers(),
  rawBytes: numbers(0, PACK_RAW_BYTES),
});

const encodedSchema = z.strictObject({
  encoding: z.literal(ENCODING),
  manifest: headerSchema,
  packs: packColumnsSchema,
  paths: pathColumn,
  entries: entryColumnsSchema,
});

/** The canonical bytes of a manifest: what it is named by, and what a delta must come to. */
export function encodeManifest({ packs, entries, ...header }: Manifest): Buffer {
  const paths = JSON.stringify(entries.map(({ path }) => path));
  return Buffer.from(
    `{"encoding":"${ENCODING}","manifest":${canonicalJson(checkedHeader(header))},` +
      `"packs":${encodePacks(packs)},"paths":${paths},"entries":${encodeEntries(entries)}}`,
  );
}

/** With its defaults, so that what is written is what is read. */
function checkedHeader(header: ManifestHeader): ManifestHeader {
  return parseEdge(headerSchema, header, `the manifest of ${header.name}`);
}

/** @throws UserError, FaultsError (exit code 2) for bytes that are not those of a sound manifest */
export function decodeManifest(bytes: Uint8Array, what: string): Manifest {
  const text = decodeText(bytes, what);
  const { manifest: header, packs, paths, entries } = parseJsonEdge(encodedSchema, text, what);
  const manifest = { ...header, packs: decodePacks(packs, what), entries: decodeEntries(entries, paths, what) };
  const faults = findManifestFaults(manifest);
  if (faults.length > 0) throw new FaultsError(what, faults);
  return manifest;
}

/** @throws UserError (exit code 2) for bytes that are not UTF-8 */
export function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`${what} is not UTF-8`, { exitCode: 2, cause });
  }
}

export function encodePacks(packs: readonly Pack[]): string {
  return JSON.stringify({
    sha256: packs.map(({ sha256 }) => sha256).join(''),
    sizeBytes: packs.map(({ sizeBytes }) => sizeBytes),
    rawBytes: packs.map(({ rawBytes }) => rawBytes),
  });
}

/** @throws UserError when the columns have different lengths */
export function decodePacks({ sha256, sizeBytes, rawBytes }: z.infer<typeof packColumnsSchema>, what: string): Pack[] {
  if (sizeBytes.length !== digestCount(sha256) || rawBytes.length !== sizeBytes.length) {
    throw new UserError(`${what} is not sound: its packs have columns of different lengths`, { exitCode: 2 });
  }
  return sizeBytes.map((size, row) => ({
    sha256: digestAt(sha256, row),
    sizeBytes: size,
    rawBytes: rawBytes[row] ?? 0,
  }));
}
