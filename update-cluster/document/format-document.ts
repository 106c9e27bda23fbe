// A cluster.xml with one element on a line, indented, and the fields of each host in the table's order. Pure.
// A comment stays with the element that it is beside, or else with the one that follows it.
import type { ClusterDocument, Element, Node } from './cluster-document.ts';
import { contentEnd } from './cluster-document.ts';
import { fieldOrder } from './fields.ts';
import { usualLayout } from './print-host.ts';

const UNIT = usualLayout.indent;

/** The whole text anew, without some of its hosts. What mixes text and elements, and unknown text, stays as it is. */
export function formatDocument(document: ClusterDocument, without: ReadonlySet<Node> = new Set()): string {
  const { text, prolog, root, epilog } = document;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines: string[] = [];
  const printing = { document, without, lines };
  for (const node of prolog) lines.push(text.slice(node.start, node.end));
  printElement(printing, root, '');
  for (const node of epilog) lines.push(text.slice(node.start, node.end));
  const mark = text.startsWith('\u{feff}') ? '\u{feff}' : '';
  return `${mark}${lines.join(newline)}${newline}`;
}

type Printing = {
  readonly document: ClusterDocument;
  readonly without: ReadonlySet<Node>;
  readonly lines: string[];
};

function printElement(printing: Printing, element: Element, indent: string): void {
  const { document, lines } = printing;
  const { text } = document;
  const isField = fieldOrder(element.name) !== -1;
  if (element.children.length === 0 && element.text === '' && element.contentStart !== element.end && !isField) {
    const start = text.slice(element.start, element.contentStart);
    if (element.name === 'cluster') lines.push(indent + start, `${indent}</${element.name}>`);
    else lines.push(`${indent}${start}</${element.name}>`);
  } else if (element.contentStart === element.end || (element.text !== '' && !isField)) {
    lines.push(indent + text.slice(element.start, element.end));
  } else if (isField) {
    lines.push(indent + trimField(document, element));
  } else {
    lines.push(indent + text.slice(element.start, element.contentStart));
    printChildren(printing, element, indent + UNIT);
    lines.push(`${indent}</${element.name}>`);
  }
}

/** `<ip> 10.0.0.1 </ip>` without the white space, which no reader sees. */
function trimField(document: ClusterDocument, field: Element): string {
  const { text } = document;
  const content = text.slice(field.contentStart, contentEnd(document, field)).trim();
  return `${text.slice(field.start, field.contentStart)}${content}</${field.name}>`;
}

type Group = { readonly comments: Node[]; readonly element: Element | undefined; readonly behind: Node[] };

function printChildren(printing: Printing, parent: Element, indent: string): void {
  const { document, without, lines } = printing;
  const groups = groupComments(document.text, parent.children);
  for (const { comments, element, behind } of parent.name === 'host' ? groups.toSorted(byTable) : groups) {
    for (const { start, end } of comments) lines.push(indent + document.text.slice(start, end));
    if (element !== undefined && !without.has(element)) printElement(printing, element, indent);
    for (const { start, end } of behind)
      lines.push(appended(lines, without, element) + document.text.slice(start, end));
  }

  // Behind a host that is left out, its comment has a line of its own.
  function appended(printed: string[], gone: ReadonlySet<Node>, element: Element | undefined): string {
    return element !== undefined && gone.has(element) ? indent : `${printed.pop() ?? ''} `;
  }
}

function groupComments(text: string, nodes: readonly Node[]): Group[] {
  const groups: Group[] = [];
  let waiting: Node[] = [];
  let previousEnd: number | undefined;
  for (const node of nodes) {
    const last = groups.at(-1);
    if (node.element) {
      groups.push({ comments: waiting, element: node, behind: [] });
      waiting = [];
    } else if (last !== undefined && waiting.length === 0 && !/[\r\n]/.test(text.slice(previousEnd, node.start))) {
      last.behind.push(node);
    } else {
      waiting.push(node);
    }
    previousEnd = node.end;
  }
  return waiting.length === 0 ? groups : [...groups, { comments: waiting, element: undefined, behind: [] }];
}

function byTable(a: Group, b: Group): number {
  return placeOf(a) - placeOf(b);
}

/** Unknown elements follow the known ones; comments at the end stay there. */
function placeOf({ element }: Group): number {
  if (element === undefined) return Number.MAX_SAFE_INTEGER;
  const order = fieldOrder(element.name);
  return order === -1 ? 1000 : order;
}
