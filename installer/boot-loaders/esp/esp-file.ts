// A file of an EFI system partition, as data. In: nothing. Out: types, and the bytes of one. Reads only.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../lib/errors.ts';
import { whenMissing } from '../../../lib/when-missing.ts';

/** UTF-16 with a byte order mark, as shim's fallback reads its lists. */
type Encoding = 'utf8' | 'utf16le';

export type EspSource =
  /** A file of the installed system, by its absolute path in it. */
  | { readonly kind: 'system'; readonly path: string }
  | { readonly kind: 'text'; readonly text: string; readonly encoding: Encoding };

/** What is wanted of it, without knowing its bytes. */
export type WantedEspFile = {
  /** From the top of the partition: `EFI/debian/shimx64.efi`. */
  readonly path: string;
  readonly from: EspSource;
  /** What firmware starts without a boot entry; a foreign one stays on a partition that is shared. */
  readonly isFallback?: true;
};

export type EspFile = WantedEspFile & { readonly sha256: string; readonly sizeBytes: number };

export function bytesOfText({ text, encoding }: Extract<EspSource, { kind: 'text' }>): Buffer {
  return Buffer.from(encoding === 'utf16le' ? `\uFEFF${text}` : text, encoding);
}

/** @throws UserError when the system below `root` has not got it */
export async function readEspSource(from: EspSource, root: string): Promise<Buffer> {
  if (from.kind === 'text') return bytesOfText(from);
  const bytes = await readFile(join(root, from.path)).catch(whenMissing(undefined));
  if (bytes !== undefined && bytes.length > 0) return bytes;
  throw new UserError(`${from.path}, which belongs on the EFI system partition, is missing or empty in the system`);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
