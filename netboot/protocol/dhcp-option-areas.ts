// The places of a DHCP packet that hold options: the options field and, when overloaded, `file` and `sname`.

/** Raw option bytes by code (1–254), each code's parts joined. Pad, end and overload never appear. */
export type DhcpOptions = ReadonlyMap<number, Uint8Array>;

const PAD = 0;
const END = 255;
const OVERLOAD = 52;
const RELAY_AGENT = 82;
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
 * Writes the options, into `file` and `sname` too only when the options field is too small. The relay's option stands last
 * in the options field and takes no room there: the relay takes it out before the client gets the packet.
 * @see RFC 3046 §2.2
 * @throws RangeError when the others do not fit in all three.
 */
export function printOptionAreas(all: DhcpOptions, sizes: AreaSizes): PrintedAreas {
  const relay = all.get(RELAY_AGENT);
  const areas = printClientAreas(new Map([...all].filter(([code]) => code !== RELAY_AGENT)), sizes);
  if (relay === undefined) return areas;
  const parts = splitOption(RELAY_AGENT, relay);
  return { ...areas, options: Uint8Array.from([...areas.options.subarray(0, -1), ...parts, END]) };
}

/** An option of any size, in parts of at most 255 bytes. @see RFC 3396 §5 */
function splitOption(code: number, bytes: Uint8Array): number[] {
  const parts: number[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const part = bytes.subarray(at, at + 255);
    parts.push(code, part.length, ...part);
  }
  return parts;
}

function printClientAreas(options: DhcpOptions, sizes: AreaSizes): PrintedAreas {
  const plain = pack(options, [{ sizeBytes: sizes.optionsBytes, first: [] }]);
  if (plain !== undefined) return { options: plain[0] ?? new Uint8Array(), file: undefined, sname: undefined };

  const usesFile = sizes.fileBytes > 0 ? OVERLOADS_FILE : 0;
  const usesSname = sizes.snameBytes > 0 ? OVERLOADS_SNAME : 0;
  const packed = pack(options, [
    { sizeBytes: sizes.optionsBytes, first: [OVERLOAD, 1, usesFile | usesSname] },
    { sizeBytes: sizes.fileBytes, first: [] },
    { sizeBytes: sizes.snameBytes, first: [] },
  ]);
  if (packed === undefined) throw new RangeError(`the options do not fit in ${sizes.optionsBytes} bytes`);
  const [field, file, sname] = packed;
  return {
    options: field ?? new Uint8Array(),
    file: usesFile === 0 ? undefined : file,
    sname: usesSname === 0 ? undefined : sname,
  };
}

type Area = { readonly sizeBytes: number; readonly first: readonly number[] };

/**
 * Fills one area after the other, each closed by an end mark; options are split at 255 bytes and where an area ends.
 * Undefined when they do not fit. @see RFC 3396 §5
 */
function pack(options: DhcpOptions, areas: readonly Area[]): Uint8Array[] | undefined {
  const filled = areas.map(({ first }) => [...first]);
  let at = 0;
  for (const [code, bytes] of options) {
    if (code <= PAD || code >= END) throw new RangeError(`option code ${code}`);
    let rest = bytes;
    for (;;) {
      // Code, length and the end mark need three bytes besides the value.
      const room = (areas[at]?.sizeBytes ?? 0) - (filled[at]?.length ?? 0) - 3;
      if (room < Math.min(1, rest.length)) {
        at += 1;
        if (at >= areas.length) return undefined;
        continue;
      }
      const part = rest.subarray(0, Math.min(255, room));
      filled[at]?.push(code, part.length, ...part);
      rest = rest.subarray(part.length);
      if (rest.length === 0) break;
    }
  }
  return filled.map((area, index) => Uint8Array.from(areas[index]?.sizeBytes === 0 ? area : [...area, END]));
}
