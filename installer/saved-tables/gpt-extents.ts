// Where the parts of a GPT lie: both headers and both arrays of entries. In: a way to read sectors. Out: extents.
// Never: believes a header whose checksum is wrong.
import { crc32 } from 'node:zlib';
import { MiB } from '../../lib/bytes.ts';
import type { Extent } from '../../lib/byte-extents.ts';
import type { Geometry, ReadBytes } from './dos-chain.ts';

type Header = { readonly alternateSector: number; readonly entries: Extent };

/** Headers that are whole, and their arrays. One half is enough to find the other. @see UEFI 2.10 §5.3.2 */
export async function readGptExtents(read: ReadBytes, geometry: Geometry): Promise<Extent[]> {
  const { logicalSectorBytes, sizeBytes } = geometry;
  const lastSector = Math.floor(sizeBytes / logicalSectorBytes) - 1;
  const found: Extent[] = [];
  const seen = new Set<number>();
  const queue = [1, lastSector];
  for (let sector = queue.shift(); sector !== undefined; sector = queue.shift()) {
    if (seen.has(sector) || sector < 1 || sector > lastSector) continue;
    seen.add(sector);
    const place = { offsetBytes: sector * logicalSectorBytes, sizeBytes: logicalSectorBytes };
    const header = parseHeader(await read(place), sector, geometry);
    if (header === undefined) continue;
    found.push(place, header.entries);
    queue.push(header.alternateSector);
  }
  return found;
}

function parseHeader(sector: Uint8Array | undefined, number: number, geometry: Geometry): Header | undefined {
  if (sector === undefined || Buffer.from(sector.subarray(0, 8)).toString('latin1') !== 'EFI PART') return undefined;
  const view = new DataView(sector.buffer, sector.byteOffset, sector.byteLength);
  const headerBytes = view.getUint32(12, true);
  if (headerBytes < 92 || headerBytes > sector.length) return undefined;
  const summed = Buffer.from(sector.subarray(0, headerBytes));
  summed.writeUInt32LE(0, 16);
  if (crc32(summed) !== view.getUint32(16, true) || Number(view.getBigUint64(24, true)) !== number) return undefined;
  const entries = {
    offsetBytes: Number(view.getBigUint64(72, true)) * geometry.logicalSectorBytes,
    sizeBytes: view.getUint32(80, true) * view.getUint32(84, true),
  };
  const fits = entries.sizeBytes <= MiB && entries.offsetBytes + entries.sizeBytes <= geometry.sizeBytes;
  return fits ? { alternateSector: Number(view.getBigUint64(32, true)), entries } : undefined;
}
