// In: the text of a cluster.xml. Out: where its elements are, host by host. Never: opens a file, follows a reference,
// defines an entity, goes on after a fault.
import { SaxesParser } from 'saxes';
import { FaultsError } from '../../lib/errors.ts';
import type { Element, Node } from './cluster-document.ts';
import { faultAt, placeInText } from './place-in-text.ts';

/** As many hosts as a file may have. */
const MOST_HOSTS = 200_000;
const DEEPEST = 64;
/** Seven for each host, and as many comments and unknown elements: what fits into memory. */
const MOST_NODES = 3_000_000;

export type Source = { readonly text: string; readonly where: string };

export type Elements = {
  readonly root: Element;
  readonly prolog: readonly Node[];
  readonly epilog: readonly Node[];
};

type Open = { -readonly [key in keyof Element]: Element[key] } & { children: Node[] };
const NONE: Node[] = [];

/**
 * Calls `visit` with each host as it ends. The root's children are without the hosts, unless `visit` adds them: most
 * callers look at one host at a time, and keeping 100,000 costs four times what reading them does.
 * @throws FaultsError with line and column; exit code 2
 */
export function readElements(source: Source, visit: (host: Element, siblings: Node[]) => void): Elements {
  const { text } = source;
  const parser = new SaxesParser();
  const stack: Open[] = [];
  const outside: { prolog: Node[]; epilog: Node[] } = { prolog: [], epilog: [] };
  let root: Open | undefined;
  let current: Open | undefined;
  let nodeCount = 0;
  let hostCount = 0;
  // Behind the last markup: the next `<` begins the next.
  let previousEnd = 0;

  const append = (node: Node): void => {
    if (current === undefined) (root === undefined ? outside.prolog : outside.epilog).push(node);
    else if (current.children === NONE) current.children = [node];
    else current.children.push(node);
  };
  const countNode = (start: number): void => {
    nodeCount += 1;
    if (nodeCount > MOST_NODES) throw failAt(source, start, `there are more than ${MOST_NODES} elements and comments`);
  };
  const appendMarkup = (end: number): void => {
    const start = text.indexOf('<', previousEnd);
    countNode(start);
    append({ start, end });
    previousEnd = end;
  };
  // Seven handlers at most: with an eighth property V8 makes a dictionary of the parser, which takes four times as long.
  parser.on('opentag', ({ name }) => {
    const contentStart = parser.position;
    const start = text.indexOf('<', previousEnd);
    countNode(start);
    const opened: Open = { element: true, name, start, contentStart, end: contentStart, text: '', children: NONE };
    if (stack.length === DEEPEST) throw failAt(source, start, `elements are more than ${DEEPEST} deep`);
    if (root === undefined) root = opened;
    else if (stack.length > 1 || name !== 'host') append(opened);
    stack.push(opened);
    current = opened;
    previousEnd = contentStart;
  });
  parser.on('closetag', () => {
    const closed = stack.pop();
    previousEnd = parser.position;
    current = stack.at(-1);
    if (closed === undefined) return;
    closed.end = previousEnd;
    if (stack.length !== 1 || closed.name !== 'host' || current === undefined) return;
    hostCount += 1;
    if (hostCount > MOST_HOSTS) throw failAt(source, closed.start, `there are more than ${MOST_HOSTS} hosts`);
    if (current.children === NONE) current.children = [];
    visit(closed, current.children);
  });
  const addText = (part: string): void => {
    if (current !== undefined && (current.text !== '' || !isBlank(part))) current.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', (part) => {
    addText(part);
    previousEnd = parser.position;
  });
  // The parser reports a comment in front of its last character.
  parser.on('comment', () => appendMarkup(parser.position + 1));
  parser.on('processinginstruction', () => appendMarkup(parser.position));
  parser.on('doctype', (declaration) => {
    checkDoctype(source, text.indexOf('<', previousEnd), declaration);
    appendMarkup(parser.position);
  });
  const declaration = /^\u{feff}?<\?xml\s[^>]*\?>/u.exec(text);
  if (declaration !== null) appendMarkup(declaration[0].length);
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof FaultsError || !(error instanceof Error)) throw error;
    const { line, column } = parser;
    throw syntaxFault(source, { line, column: Math.max(1, column), message: error.message, inside: current });
  }
  if (root === undefined) throw failAt(source, 0, 'there is no root element');
  return { root, ...outside };
}

/** A fault at an offset, as the error that stops reading. */
export function failAt(source: Source, offset: number, message: string, suggestion?: string): FaultsError {
  const fault = faultAt(source, offset, { severity: 'error', message });
  return new FaultsError(`reading ${source.where}`, [suggestion === undefined ? fault : { ...fault, suggestion }]);
}

const QUOTED = `(?:"[^"]*"|'[^']*')`;
const NAMES_A_DTD = new RegExp(
  `^\\s+[\\p{L}_:][\\p{L}\\p{N}_:.-]*(?:\\s+SYSTEM\\s+${QUOTED}|\\s+PUBLIC\\s+${QUOTED}\\s+${QUOTED})?\\s*$`,
  'u',
);

/** Entities can only be defined in the subset, or in a file that is never opened. The parser leaves a DOCTYPE unread. */
function checkDoctype(source: Source, start: number, declaration: string): void {
  if (NAMES_A_DTD.test(declaration)) return;
  const isSubset = declaration.replaceAll(/"[^"]*"|'[^']*'/g, '').includes('[');
  const message = isSubset
    ? 'this DOCTYPE declares elements or entities of its own, which is refused'
    : 'this DOCTYPE is malformed';
  throw failAt(source, start, message, 'leave only its first part, as in <!DOCTYPE cluster SYSTEM "cluster.dtd">');
}

function syntaxFault(
  { where, text }: Source,
  fault: { line: number; column: number; message: string; inside: Open | undefined },
): FaultsError {
  const { line, column, inside } = fault;
  const said = fault.message.replace(/^\d+:\d+: /, '').replace(/\.$/, '');
  const open = inside === undefined ? '' : `, inside <${inside.name}> of line ${placeInText(text, inside.start).line}`;
  const written = text.split(/\r\n|\r|\n/, line)[line - 1] ?? '';
  return new FaultsError(`reading ${where}`, [
    { severity: 'error', where, line, column, message: `${said}${open}`, text: written },
  ]);
}

function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 32) return false;
  return true;
}
