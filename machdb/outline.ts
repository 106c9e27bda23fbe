// Which objects a text contains. In: the text of one file. Out: every header with its parents and the place of its
// lines, and the faults of headers. Never: parses assignments, except to see whether an object has an address.
import type { Fault } from '../lib/errors.ts';
import type { Steps } from '../lib/slices.ts';
import {
  BACKSLASH,
  CARRIAGE_RETURN,
  COLON,
  EQUALS,
  HASH,
  MINUS,
  PLUS,
  endsInBackslash,
  isBlankCode,
  isNameCode,
  lineEnd,
  skipBlankCodes,
} from './characters.ts';
import { makesMachine } from './machine-variables.ts';
import { statementFaults } from './faults.ts';
import { parseStatement } from './parse-statement.ts';
import type { ParsedStatement, StatementFault } from './parse-statement.ts';
import { readStatement, statementExtent } from './read-statement.ts';
import { createScanned, scanAssignment } from './scan-assignment.ts';
import type { MachdbObject, Parent } from './types.ts';

/** An object whose end is not yet known. */
type OpenObject = {
  name: string;
  parents: readonly Parent[];
  file: string;
  line: number;
  isMachine: boolean;
  span: { start: number; body: number; bodyLine: number; end: number };
};
type Outline = {
  readonly path: string;
  readonly text: string;
  readonly objects: OpenObject[];
  readonly faults: Fault[];
  /** Parents are named again and again; each name is kept once. */
  readonly names: Map<string, string>;
};

/** What the beginning of a line can be; `exact` is for the parser of statements to say. */
type LineKind = 'body' | 'address' | 'header' | 'exact';

const OBJECTS_PER_STEP = 50;

const scanned = createScanned();

/** Adds what is wrong to `faults`; `names` may be shared by the files of one database. In steps of about a millisecond. */
export function* outlineText(
  path: string,
  text: string,
  { faults, names }: { readonly faults: Fault[]; readonly names: Map<string, string> },
): Steps<MachdbObject[]> {
  const outline: Outline = { path, text, objects: [], faults, names };
  let at = { start: 0, line: 1 };
  while (at.start < text.length) {
    at = scan(outline, { ...at, most: outline.objects.length + OBJECTS_PER_STEP });
    yield;
  }
  endLast(outline);
  return outline.objects;
}

/** The one object whose header begins at an offset, in line `line` of the text; undefined when none does. */
export function outlineOne(path: string, text: string, at: { start: number; line: number }): MachdbObject | undefined {
  const outline: Outline = { path, text, objects: [], faults: [], names: new Map() };
  const end = scan(outline, { ...at, most: 2 });
  if (end.start >= text.length && outline.objects.length === 1) endLast(outline);
  const [object] = outline.objects;
  if (object?.span.start !== at.start) return undefined;
  // A fault further down is one of the next header, and tells no more than where this object ends.
  return outline.faults.every(({ line = 0 }) => line >= object.span.bodyLine) ? object : undefined;
}

/** Goes through the text from an offset until it ends or there are `most` objects; returns where it stopped. */
function scan(
  outline: Outline,
  from: { readonly start: number; readonly line: number; readonly most: number },
): { start: number; line: number } {
  const { text } = outline;
  let { start, line } = from;
  while (start < text.length) {
    const end = lineEnd(text, start);
    const kind = outline.objects.length === 0 ? prologueKind(text, start, end) : lineKind(text, start, end);
    if (kind === 'body' && !endsInBackslash(text, start, end)) {
      start = end + 1;
      line += 1;
    } else {
      ({ start, line } = readStatementAt(outline, { start, end, line, kind }));
      if (outline.objects.length >= from.most) break;
    }
  }
  return { start, line };
}

/** The last object ends with the text; the others have ended where the next one began. */
function endLast({ objects, text }: Outline): void {
  const last = objects.at(-1);
  if (last !== undefined) last.span.end = text.length;
}

/** Before the first header, whatever is not empty must be looked at. */
function prologueKind(text: string, start: number, end: number): LineKind {
  const kind = lineKind(text, start, end);
  return kind === 'header' || skipBlankCodes(text, start, end) === end ? kind : 'exact';
}

function lineKind(text: string, start: number, end: number): LineKind {
  const word = skipBlankCodes(text, start, end);
  if (word === end) return 'body';
  const first = text.charCodeAt(word);
  if (first === HASH || first === CARRIAGE_RETURN) return 'body';
  let at = word;
  while (at < end && isNameCode(text.charCodeAt(at))) at += 1;
  const wordEnd = at;
  at = skipBlankCodes(text, at, end);
  const mark = at < end ? text.charCodeAt(at) : 0;
  if (mark === COLON) return wordEnd > start && word === start ? 'header' : 'exact';
  // The statement may turn into anything in its next line.
  if (mark === BACKSLASH) return 'exact';
  const signed = (mark === PLUS || mark === MINUS) && text.charCodeAt(at + 1) === EQUALS;
  if (mark === EQUALS || signed) return isAddress(text, word, wordEnd) ? 'address' : 'body';
  return word === start ? 'exact' : 'body';
}

// IP6 or MAC: most names are longer, and are not cut out.
const LONGEST_ADDRESS_NAME = 3;

function isAddress(text: string, start: number, end: number): boolean {
  return end - start <= LONGEST_ADDRESS_NAME && makesMachine(text.slice(start, end));
}

/** Reads the statement at a line that matters, and says where the next one begins. */
function readStatementAt(
  outline: Outline,
  { start, end, line, kind }: { start: number; end: number; line: number; kind: LineKind },
): { start: number; line: number } {
  const { text } = outline;
  const current = outline.objects.at(-1);
  if (kind === 'body') {
    const { next, lines } = statementExtent(text, start);
    return { start: next, line: line + lines };
  }
  if (kind === 'address' && scanAssignment(text, start, end, scanned) === 'assignment') {
    if (scanned.operator !== '-=' && scanned.valueEnd > scanned.valueStart && current !== undefined)
      current.isMachine ||= text.slice(scanned.valueStart, scanned.valueEnd).trim() !== '';
    return { start: end + 1, line: line + 1 };
  }
  if (kind === 'header') {
    const parents = plainParents(outline, start, end, line);
    if (parents !== undefined) {
      openObject(outline, { ...parents, line, start, body: end + 1, bodyLine: line + 1 });
      return { start: end + 1, line: line + 1 };
    }
  }
  const { statement, next, nextLine } = readStatement(text, start, line);
  const { parsed, faults } = parseStatement(statement);
  takeStatement(outline, parsed, faults, { start, startLine: line, body: next, bodyLine: nextLine });
  return { start: next, line: nextLine };
}

/** Name and parents of a header without comment or continuation; undefined for the exact parser to say. */
function plainParents(
  { text, names }: Outline,
  start: number,
  end: number,
  line: number,
): { name: string; parents: Parent[] } | undefined {
  const colon = text.indexOf(':', start);
  const name = text.slice(start, colon).trimEnd();
  const first = name.charCodeAt(0);
  if (!isNameCode(first) || first === MINUS || name.startsWith('.')) return undefined;
  const parents: Parent[] = [];
  const stop = text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end;
  for (let at = skipBlankCodes(text, colon + 1, stop); at < stop;) {
    const word = at;
    while (at < stop && isNameCode(text.charCodeAt(at))) at += 1;
    const wordFirst = text.charCodeAt(word);
    if (at === word || wordFirst === MINUS || text.startsWith('.', word)) return undefined;
    if (at < stop && !isBlankCode(text.charCodeAt(at))) return undefined;
    parents.push({ name: intern(names, text.slice(word, at)), line, column: word - start + 1 });
    at = skipBlankCodes(text, at, stop);
  }
  return { name, parents };
}

/** Faults of what is below a header are found when it is parsed; those of headers, and of what no object owns, here. */
function takeStatement(
  outline: Outline,
  parsed: ParsedStatement,
  faults: readonly StatementFault[],
  place: { start: number; startLine: number; body: number; bodyLine: number },
): void {
  const owner = outline.objects.at(-1);
  if (parsed.kind === 'header' || owner === undefined) reportAll(outline, faults, place);
  if (parsed.kind === 'header') {
    const parents = parsed.parents.map((parent) => ({ ...parent, name: intern(outline.names, parent.name) }));
    openObject(outline, { name: parsed.name, parents, line: parsed.line, ...place });
  } else if (parsed.kind === 'assignment') {
    const { variable, operator, value } = parsed;
    if (owner === undefined) {
      const message = `${variable} is before the first header of this file`;
      const { line, column } = parsed;
      reportAll(outline, [{ line, column, message, suggestion: 'begin an object with `NAME: PARENT…`' }], place);
    } else if (makesMachine(variable) && operator !== '-=' && value.trim() !== '') {
      owner.isMachine = true;
    }
  }
}

function openObject(
  outline: Outline,
  header: {
    name: string;
    parents: readonly Parent[];
    line: number;
    start: number;
    body: number;
    bodyLine: number;
  },
): void {
  const { name, parents, line, start, body, bodyLine } = header;
  const last = outline.objects.at(-1);
  if (last !== undefined) last.span.end = start;
  const span = { start, body: Math.min(body, outline.text.length), bodyLine, end: body };
  outline.objects.push({ name, parents, file: outline.path, line, isMachine: false, span });
}

function reportAll(
  { path, text, faults }: Outline,
  found: readonly StatementFault[],
  { start, startLine }: { start: number; startLine: number },
): void {
  for (const fault of statementFaults(found, { path, text, start, line: startLine })) faults.push(fault);
}

function intern(names: Map<string, string>, name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, name);
  return name;
}
