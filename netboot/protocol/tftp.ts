// TFTP packets. In: bytes. Out: plain objects, and bytes again. Never: I/O.
import { neverKind } from '../../lib/never.ts';

/** A read or write request. `options` have lower-case names, in the order they came. @see RFC 1350 §5, RFC 2347 */
export type TftpRequest = {
  readonly kind: 'read' | 'write';
  readonly file: string;
  readonly mode: string;
  readonly options: ReadonlyMap<string, string>;
};

export type TftpPacket =
  | TftpRequest
  | { readonly kind: 'data'; readonly block: number; readonly bytes: Uint8Array }
  | { readonly kind: 'ack'; readonly block: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'oack'; readonly options: ReadonlyMap<string, string> };

/** Error codes. @see RFC 1350 §5, RFC 2347 (8) */
export const tftpError = {
  undefined: 0,
  notFound: 1,
  accessViolation: 2,
  illegalOperation: 4,
  unknownTransfer: 5,
  badOptions: 8,
} as const;

const OPCODE = { read: 1, write: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** Undefined when the bytes are no TFTP packet. */
export function parseTftp(bytes: Uint8Array): TftpPacket | undefined {
  if (bytes.length < 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = view.getUint16(2);
  switch (view.getUint16(0)) {
    case OPCODE.read:
      return parseRequest('read', bytes);
    case OPCODE.write:
      return parseRequest('write', bytes);
    case OPCODE.data:
      return { kind: 'data', block: number, bytes: bytes.slice(4) };
    case OPCODE.ack:
      return { kind: 'ack', block: number };
    case OPCODE.error:
      return { kind: 'error', code: number, message: latin1(bytes.subarray(4)).replace(/\0.*$/s, '') };
    case OPCODE.oack: {
      const options = parseOptions(splitStrings(bytes.subarray(2)));
      return options === undefined ? undefined : { kind: 'oack', options };
    }
    default:
      return undefined;
  }
}

export function printTftp(packet: TftpPacket): Uint8Array {
  switch (packet.kind) {
    case 'read':
    case 'write':
      return withStrings([0, OPCODE[packet.kind]], [packet.file, packet.mode, ...[...packet.options].flat()]);
    case 'data':
      return Uint8Array.from(
        Buffer.concat([Uint8Array.of(0, OPCODE.data, packet.block >> 8, packet.block & 0xff), packet.bytes]),
      );
    case 'ack':
      return Uint8Array.of(0, OPCODE.ack, packet.block >> 8, packet.block & 0xff);
    case 'error':
      return withStrings([0, OPCODE.error, packet.code >> 8, packet.code & 0xff], [packet.message]);
    case 'oack':
      return withStrings([0, OPCODE.oack], [...packet.options].flat());
    default:
      return neverKind(packet);
  }
}

/** Unix text as netascii: LF becomes CR LF, a bare CR becomes CR NUL. @see RFC 1350 §1, RFC 764 */
export function toNetascii(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes].flatMap((octet) => (octet === 10 ? [13, 10] : octet === 13 ? [13, 0] : [octet])));
}

function parseRequest(kind: 'read' | 'write', bytes: Uint8Array): TftpRequest | undefined {
  const strings = splitStrings(bytes.subarray(2));
  const [file, mode, ...rest] = strings ?? [];
  const options = parseOptions(rest);
  if (file === undefined || mode === undefined || file === '' || options === undefined) return undefined;
  return { kind, file, mode: mode.toLowerCase(), options };
}

/** Name and value pairs; of a name that comes twice the first counts. @see RFC 2347 */
function parseOptions(strings: readonly string[] | undefined): ReadonlyMap<string, string> | undefined {
  if (strings === undefined || strings.length % 2 !== 0) return undefined;
  const options = new Map<string, string>();
  for (let at = 0; at < strings.length; at += 2) {
    const name = (strings[at] ?? '').toLowerCase();
    if (name === '') return undefined;
    if (!options.has(name)) options.set(name, strings[at + 1] ?? '');
  }
  return options;
}

/** NUL-terminated strings; undefined when the last one is not terminated. */
function splitStrings(bytes: Uint8Array): readonly string[] | undefined {
  const all = latin1(bytes).split('\0');
  return all.pop() === '' ? all : undefined;
}

function withStrings(head: readonly number[], strings: readonly string[]): Uint8Array {
  const tail = strings.map((string) => `${string}\0`).join('');
  return Uint8Array.from([...head, ...Buffer.from(tail, 'latin1')]);
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
