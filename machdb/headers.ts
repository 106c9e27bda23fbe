// Where the headers of a text are, by their shape alone. This is ten times faster than outline.ts, for callers that
// need a few objects of a large database. What is not plain is not found; a caller that misses it reads the whole text.
import { BACKSLASH, COLON, endsInBackslash, isNameCode, skipBlankCodes, lineEnd } from './characters.ts';
import { outlineOne } from './outline.ts';
import type { Machdb, MachdbObject } from './types.ts';

/** Where a header begins, and in which line of its file, from 1. */
type HeaderPlace = { readonly file: string; readonly start: number; readonly line: number };
/** By name; one that was found twice, or in a line that may be no header, has no place. */
type HeaderIndex = ReadonlyMap<string, HeaderPlace | undefined>;

/**
 * A database of the objects `names` and all that they inherit from, and of nothing else. Undefined when they cannot be
 * had this way: one is not there or there twice, or a header takes the whole parser.
 */
export function partialMachdb(texts: ReadonlyMap<string, string>, names: readonly string[]): Machdb | undefined {
  const index = indexHeaders(texts);
  const objects = new Map<string, MachdbObject>();
  // The last is taken first.
  const waiting = names.toReversed();
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (objects.has(name)) continue;
    const object = readObject(texts, index, name);
    if (object === undefined) return undefined;
    objects.set(name, object);
    // One by one: a header may have more parents than a call can have arguments.
    for (const parent of object.parents) waiting.push(parent.name);
  }
  return { objects, headers: [...objects.values()], texts };
}

/**
 * The name of the object that a line belongs to, when no other object can inherit from it; undefined otherwise, and when
 * that takes the whole parser to tell.
 */
export function ownerWithoutHeirs(
  texts: ReadonlyMap<string, string>,
  line: { readonly file: string; readonly at: number },
): string | undefined {
  const text = texts.get(line.file) ?? '';
  let start = line.at;
  let name = headerName(text, start);
  while (name === undefined && start > 0) {
    start = text.lastIndexOf('\n', start - 2) + 1;
    name = isNameCode(text.charCodeAt(start)) ? headerName(text, start) : undefined;
  }
  if (name === undefined) return undefined;
  // Between the two there may be a header of another shape: the line is another object's then.
  const object = outlineOne(line.file, text, { start, line: 1 });
  if (object === undefined || line.at >= object.span.end) return undefined;
  const others = texts.entries().some(([file, other]) => mayInherit(other, name, file === line.file ? start : -1));
  return others ? undefined : name;
}

/** Whether the name stands anywhere but in the lines below a header, its own header at `own` aside. */
function mayInherit(text: string, name: string, own: number): boolean {
  // From line to line: a long one may hold a short name ten thousand times.
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, lineEnd(text, at))) {
    const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
    const isIndented = skipBlankCodes(text, start, at) > start;
    const before = start === 0 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
    const isContinued = start > 0 && endsInBackslash(text, before, start - 1);
    if (start !== own && (!isIndented || isContinued)) return true;
  }
  return false;
}

function readObject(texts: ReadonlyMap<string, string>, index: HeaderIndex, name: string): MachdbObject | undefined {
  const place = index.get(name);
  const text = texts.get(place?.file ?? '');
  return place === undefined || text === undefined ? undefined : outlineOne(place.file, text, place);
}

function indexHeaders(texts: ReadonlyMap<string, string>): HeaderIndex {
  const index = new Map<string, HeaderPlace | undefined>();
  for (const [file, text] of texts) {
    let line = 1;
    for (let start = 0; start < text.length; start = lineEnd(text, start) + 1, line += 1) {
      if (!isNameCode(text.charCodeAt(start))) continue;
      const name = firstWord(text, start, isColonOrBackslash);
      if (name === undefined) continue;
      const isPlain = !index.has(name) && headerName(text, start) !== undefined;
      index.set(name, isPlain ? { file, start, line } : undefined);
    }
  }
  return index;
}

/** The name in front of a colon at the beginning of a line; undefined when the line may be no header of its own. */
function headerName(text: string, start: number): string | undefined {
  const name = firstWord(text, start, isColon);
  const before = start === 0 ? 0 : text.lastIndexOf('\n', start - 2) + 1;
  return start > 0 && endsInBackslash(text, before, start - 1) ? undefined : name;
}

/** The name at the beginning of a line when such a mark follows; a header may go on in the next line before its colon. */
function firstWord(text: string, start: number, isMark: (code: number) => boolean): string | undefined {
  let end = start;
  while (end < text.length && isNameCode(text.charCodeAt(end))) end += 1;
  return isMark(text.charCodeAt(skipBlankCodes(text, end, text.length))) ? text.slice(start, end) : undefined;
}

function isColon(code: number): boolean {
  return code === COLON;
}

function isColonOrBackslash(code: number): boolean {
  return code === COLON || code === BACKSLASH;
}
