// Whether a program for UEFI firmware carries a signature. In: its bytes. Out: the names in its certificates. Pure. Never: verifies: which certificates a machine's firmware trusts is not known here.

const SECURITY_DIRECTORY = 4;
/** Offset of the data directories from the optional header, by its magic number: of 32 and of 64 bits. */
const DIRECTORIES: ReadonlyMap<number, number> = new Map([
  [0x10b, 96],
  [0x20b, 112],
]);
const PKCS_SIGNED_DATA = 2;
/** id-at-commonName, as DER. @see RFC 5280 §4.1.2.4 */
const COMMON_NAME = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03]);

/**
 * Common names in the certificates of a program's signatures, each once; none for what has no signature, or is no program.
 * @see Microsoft, PE Format, "The Attribute Certificate Table"
 */
export function peSigners(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 64 || file.toString('latin1', 0, 2) !== 'MZ') return [];
  const header = file.readUInt32LE(0x3c);
  if (header + 26 > file.length || file.toString('latin1', header, header + 4) !== 'PE\0\0') return [];
  return signersOf(certificates(file, header + 24));
}

function certificates(file: Buffer, optionalHeader: number): Buffer[] {
  const directories = DIRECTORIES.get(file.readUInt16LE(optionalHeader));
  if (directories === undefined) return [];
  const entry = optionalHeader + directories + 8 * SECURITY_DIRECTORY;
  if (entry + 8 > file.length) return [];
  // Of this directory alone, the address is one in the file.
  const [start, sizeBytes] = [file.readUInt32LE(entry), file.readUInt32LE(entry + 4)];
  const end = start + sizeBytes;
  if (sizeBytes === 0 || end > file.length) return [];
  const found: Buffer[] = [];
  for (let at = start; at + 8 <= end;) {
    const length = file.readUInt32LE(at);
    if (length < 8 || at + length > end) return found;
    if (file.readUInt16LE(at + 6) === PKCS_SIGNED_DATA) found.push(file.subarray(at + 8, at + length));
    at += Math.ceil(length / 8) * 8;
  }
  return found;
}

function signersOf(signatures: readonly Buffer[]): string[] {
  const names = signatures.flatMap((der) => {
    const found: string[] = [];
    for (let at = der.indexOf(COMMON_NAME); at >= 0; at = der.indexOf(COMMON_NAME, at + 1)) {
      const text = at + COMMON_NAME.length;
      const length = der[text + 1] ?? 0;
      if (length > 0 && length < 0x80) found.push(der.toString('utf8', text + 2, text + 2 + length));
    }
    return found;
  });
  return [...new Set(names)];
}
