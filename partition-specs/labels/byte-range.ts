/** Bytes and where they go on a disk or image. Every label is a list of these; what lies between them is left alone. */
export type ByteRange = { readonly offsetBytes: number; readonly bytes: Uint8Array };

/** A run of sectors, the first one and how many. */
type Extent = { readonly startSector: number; readonly sizeSectors: number };

/** @throws Error when the number is not an integer from 0 to `max`: a label that cannot say it must not be written. */
export function assertFits(what: string, value: number, max: number): void {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new Error(`${what}: ${value} is not in 0…${max}`);
}

/** @throws Error unless every extent lies in `space`, is not empty, and shares no sector with another. */
export function assertApart(what: string, extents: readonly Extent[], space: Extent): void {
  let freeSector = space.startSector;
  for (const { startSector, sizeSectors } of extents.toSorted((left, right) => left.startSector - right.startSector)) {
    if (startSector < freeSector) throw new Error(`${what}: sector ${startSector} is taken, or before the space`);
    if (sizeSectors < 1) throw new Error(`${what}: an empty extent at sector ${startSector}`);
    freeSector = startSector + sizeSectors;
  }
  const endSector = space.startSector + space.sizeSectors;
  if (freeSector > endSector) throw new Error(`${what}: ends at sector ${freeSector}, the space at ${endSector}`);
}

/** Puts ASCII text into a field of `maxBytes`; the rest of the field stays as it is. */
export function putText(bytes: Uint8Array, at: number, text: string, maxBytes: number): void {
  if (!/^[ -~]*$/.test(text) || text.length > maxBytes) throw new Error(`'${text}' is not ASCII of ${maxBytes} bytes`);
  bytes.set(Buffer.from(text, 'latin1'), at);
}

/** XOR of all 16-bit words, read in the given byte order; it is 0 for bytes that hold their own checksum. */
export function xorWords(bytes: Uint8Array, littleEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum ^= view.getUint16(at, littleEndian);
  return sum;
}
