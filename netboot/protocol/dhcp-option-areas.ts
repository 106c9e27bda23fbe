// The places of a DHCP packet that hold options: the options field and, when overloaded, `file` and `sname`.

/** Raw option bytes by code (1–254), each code's parts joined. Pad, end and overload never appear. */
export type DhcpOptions = ReadonlyMap<number, Uint8Array>;

const PAD = 0;
const END = 255;
const OVERLOAD = 52;
const OVERLOADS_FILE = 1;
const OVERLOADS_SNAME = 2;

type ParsedAreas =
  | {
      readonly ok: true;
      readonly options: DhcpOptions;
      readonly fileIsOptions: boolean;
      readonly snameIsOptions: boolean;
    }
  | { readonly ok: false; readonly why: string };

/** Reads the options field, then `file` and `sname` where option 52 says so. @see RFC 2131 §4.1, RFC 3396 §5 */
export function parseOptionAreas(field: Uint8Array, file: Uint8Array, sname: Uint8Array): ParsedAreas {
  const parts: Part[] = [];
  const wrong = readArea(field, 'the options field', parts);
  if (wrong !== undefined) return { ok: false, why: wrong };
  const overload = parts.find((part) => part.code === OVERLOAD)?.bytes[0] ?? 0;
  const fileIsOptions = (overload & OVERLOADS_FILE) !== 0;
  const snameIsOptions = (overload & OVERLOADS_SNAME) !== 0;
  const wrongFile = fileIsOptions ? readArea(file, 'the overloaded file field', parts) : undefined;
  const wrongSname = snameIsOptions ? readArea(sname, 'the overloaded sname field', parts) : undefined;
  const why = wrongFile ?? wrongSname;
  if (why !== undefined) return { ok: false, why };
  return { ok: true, options: joinParts(parts), fileIsOptions, snameIsOptions };
}

type Part = { readonly code: number; readonly bytes: Uint8Array };

/** Adds the area's options to `parts`; the answer is what is wrong with it. */
function readArea(area: Uint8Array, name: string, parts: Part[]): string | undefined {
  let at = 0;
  for (;;) {
    const code = area[at];
    if (code === undefined || code === END) return undefined;
    at += 1;
    if (code === PAD) continue;
    const sizeBytes = area[at];
    if (sizeBytes === undefined || at + 1 + sizeBytes > area.length) return `option ${code} runs past ${name}`;
    parts.push({ code, bytes: area.subarray(at + 1, at + 1 + sizeBytes) });
    at += 1 + sizeBytes;
  }
}

function joinParts(parts: readonly Part[]): DhcpOptions {
  const options = new Map<number, Uint8Array>();
  for (const { code, bytes } of parts) {
    if (code === OVERLOAD) continue;
    const before = options.get(code);
    options.set(code, before === undefined ? Uint8Array.from(bytes) : Uint8Array.from([...before, ...bytes]));
  }
  return options;
}

type AreaSizes = { readonly optionsBytes: number; readonly fileBytes: number; readonly snameBytes: number };
type PrintedAreas = {
  readonly options: Uint8Array;
  readonly file: Uint8Array | undefined;
  readonly sname: Uint8Array | undefined;
};

/**
 * Writes the options, into `file` and `sname` too only when the options field is too small.
 * @throws RangeError when they do not fit in all three.
 */
export function printOptionAreas(options: DhcpOptions, sizes: AreaSizes): PrintedAreas {
  const pieces = [...options].flatMap(([code, bytes]) => splitOption(code, bytes));
  const plain = pack(pieces, sizes.optionsBytes, []);
  if (plain.rest.length === 0) return { options: plain.bytes, file: undefined, sname: undefined };

  const usesFile = sizes.fileBytes > 0 ? OVERLOADS_FILE : 0;
  const usesSname = sizes.snameBytes > 0 ? OVERLOADS_SNAME : 0;
  const field = pack(pieces, sizes.optionsBytes, [OVERLOAD, 1, usesFile | usesSname]);
  const file = pack(field.rest, sizes.fileBytes, []);
  const sname = pack(file.rest, sizes.snameBytes, []);
  if (sname.rest.length > 0) throw new RangeError(`the options do not fit in ${sizes.optionsBytes} bytes`);
  return {
    options: field.bytes,
    file: usesFile === 0 ? undefined : file.bytes,
    sname: usesSname === 0 ? undefined : sname.bytes,
  };
}

/** @see RFC 3396 §5: parts of a long option follow each other */
function splitOption(code: number, bytes: Uint8Array): number[][] {
  if (code <= PAD || code >= END) throw new RangeError(`option code ${code}`);
  const pieces: number[][] = [];
  let at = 0;
  do {
    const part = bytes.subarray(at, at + 255);
    pieces.push([code, part.length, ...part]);
    at += 255;
  } while (at < bytes.length);
  return pieces;
}

/** As many pieces as fit, in order, closed by an end mark; once one does not fit, all later ones are left over. */
function pack(pieces: readonly number[][], sizeBytes: number, first: readonly number[]) {
  const bytes = [...first];
  let taken = 0;
  for (const piece of pieces) {
    if (bytes.length + piece.length + 1 > sizeBytes) break;
    bytes.push(...piece);
    taken += 1;
  }
  if (sizeBytes > 0) bytes.push(END);
  return { bytes: Uint8Array.from(bytes), rest: pieces.slice(taken) };
}
