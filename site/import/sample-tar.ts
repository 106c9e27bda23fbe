// Tar archives byte by byte, including some that no program makes. In: the contents of headers. Out: bytes.

const BLOCK_BYTES = 512;

type Header = {
  readonly name: string | Buffer;
  /** `0` is a file, unless given. */
  readonly type?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly user?: string;
  readonly group?: string;
  /** What the header says; the length of `data`, unless given. */
  readonly sizeBytes?: number;
  /** The field as it stands, instead of octal digits. */
  readonly sizeField?: Buffer;
  readonly mtime?: number;
  readonly link?: string | Buffer;
  readonly prefix?: string;
  readonly magic?: string;
  readonly data?: string | Buffer;
  /** Writes what the old GNU format has behind the names. */
  readonly extra?: (block: Buffer) => void;
};

/** One member: its header, its bytes, and zeros up to the next block. */
export function member(header: Header): Buffer {
  const data = Buffer.from(header.data ?? '');
  const block = Buffer.alloc(BLOCK_BYTES);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  Buffer.from(header.name).copy(block, 0, 0, 100);
  block.write(octal(header.mode ?? 0o644, 8), 100);
  block.write(octal(header.uid ?? 0, 8), 108);
  block.write(octal(header.gid ?? 0, 8), 116);
  block.write(octal(header.sizeBytes ?? data.length, 12), 124);
  header.sizeField?.copy(block, 124);
  block.write(octal(header.mtime ?? 1_700_000_000, 12), 136);
  block.write(header.type ?? '0', 156, 'latin1');
  Buffer.from(header.link ?? '').copy(block, 157, 0, 100);
  block.write(header.magic ?? 'ustar\u000000', 257, 'latin1');
  block.write(header.user ?? '', 265);
  block.write(header.group ?? '', 297);
  block.write(header.prefix ?? '', 345);
  header.extra?.(block);
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([block, data, Buffer.alloc(-data.length & (BLOCK_BYTES - 1))]);
}

/** `20 path=usr/bin/tool\n`: a record that counts itself. */
export function record(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length += 1;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** An extended header for the next member; with type `g`, for all. */
export function pax(records: Readonly<Record<string, string | Buffer>>, type = 'x'): Buffer {
  const data = Buffer.concat(Object.entries(records).map(([key, value]) => record(key, value)));
  return member({ name: 'PaxHeaders/x', type, data });
}

/** Members and the two blocks that end an archive. */
export function archive(...members: readonly Buffer[]): Buffer {
  return Buffer.concat([...members, Buffer.alloc(2 * BLOCK_BYTES)]);
}
