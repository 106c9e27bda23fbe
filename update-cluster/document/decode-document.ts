// Bytes to text and back. In: a file's bytes. Out: text without loss, or the byte that does not fit. Pure.
import { FaultsError } from '../../lib/errors.ts';
import type { Encoding } from './cluster-document.ts';
import { placeInText } from './place-in-text.ts';

/** As large as a cluster.xml may be. */
export const LARGEST_BYTES = 64 * 1024 * 1024;

const BYTE_ORDER_MARKS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe], 'UTF-16LE'],
  [[0xfe, 0xff], 'UTF-16BE'],
  [[0x3c, 0x00], 'UTF-16LE'],
  [[0x00, 0x3c], 'UTF-16BE'],
];

const encodings: Readonly<Record<string, Encoding>> = {
  'utf-8': 'utf8',
  utf8: 'utf8',
  'us-ascii': 'ascii',
  ascii: 'ascii',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
};

/**
 * Decodes by the XML declaration: UTF-8 unless it says ISO-8859-1 or US-ASCII. A byte order mark stays in the text.
 * @throws FaultsError with line and column of the first byte that is not of the encoding; for other encodings; for more
 * than 64 MiB
 */
export function decodeDocument(bytes: Uint8Array, where: string): { text: string; encoding: Encoding } {
  if (bytes.length > LARGEST_BYTES) {
    throw refused(where, `has more than ${LARGEST_BYTES / 1024 / 1024} MiB, the most that is read`);
  }
  const wide = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (wide !== undefined) throw refused(where, `is ${wide[1]}, which is not read`, recode(wide[1]));
  const declared = declaredEncoding(bytes);
  const encoding = encodings[(declared ?? 'UTF-8').toLowerCase()];
  if (encoding === undefined) {
    throw refused(where, `says that it is ${declared}, which is not read`, recode(`${declared}`));
  }
  return { text: decode(bytes, { encoding, declared, where }), encoding };
}

/** The bytes of a text that was decoded with this encoding. */
export function encodeDocument(text: string, encoding: Encoding): Buffer {
  return Buffer.from(text, encoding === 'latin1' ? 'latin1' : 'utf8');
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 200))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  return /^<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.-]*)["']/.exec(head)?.[1];
}

type Decoding = { readonly encoding: Encoding; readonly declared: string | undefined; readonly where: string };

function decode(bytes: Uint8Array, { encoding, declared, where }: Decoding): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (encoding === 'latin1') return view.toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(view);
  } catch {
    const offset = firstWrongByte(view);
    const { text, ...place } = placeInText(view.toString('latin1'), offset);
    const byte = `0x${(view[offset] ?? 0).toString(16).padStart(2, '0')}`;
    const said = declared === undefined ? 'no XML declaration says what it is' : `the XML declaration says ${declared}`;
    const message = `the byte ${byte} is not UTF-8, and ${said}`;
    const suggestion = 'if the file is Latin-1, begin it with <?xml version="1.0" encoding="ISO-8859-1"?>';
    throw new FaultsError(`reading ${where}`, [{ severity: 'error', where, ...place, text, message, suggestion }]);
  }
}

/** Finds it by halves: what precedes it decodes. */
function firstWrongByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    if (isUtf8Start(bytes.subarray(0, middle))) good = middle;
    else bad = middle - 1;
  }
  // The character that is cut short or interrupted began a few bytes before.
  while (good > 0 && ((bytes[good - 1] ?? 0) & 0xc0) === 0x80 && !isWhole(bytes.subarray(0, good))) good -= 1;
  return good > 0 && !isWhole(bytes.subarray(0, good)) ? good - 1 : good;
}

/** Whether the bytes are UTF-8, perhaps without the end of the last character. */
function isUtf8Start(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function isWhole(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The declaration too: converted alone, the file is refused again. */
function recode(from: string): string {
  return `convert it with iconv -f ${from} -t UTF-8, and write encoding="UTF-8" in its XML declaration`;
}

function refused(where: string, message: string, suggestion?: string): FaultsError {
  const fault = { severity: 'error', where, line: 1, column: 1, message } as const;
  return new FaultsError(`reading ${where}`, [suggestion === undefined ? fault : { ...fault, suggestion }]);
}
