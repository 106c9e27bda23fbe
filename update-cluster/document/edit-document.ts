// Edits of a cluster.xml: in a document and what should change, out the new text. Pure. Every other byte stays: comments,
// unknown elements, order, indentation, line ends.
import type { ClusterFrame, Element, HostValues } from './cluster-document.ts';
import { contentEnd, fieldValue, findField, withoutEmpty } from './cluster-document.ts';
import { fieldNames, fieldOrder } from './fields.ts';
import type { FieldName } from './fields.ts';
import { escapeText, printField, printHost, usualLayout } from './print-host.ts';
import type { Layout } from './print-host.ts';

/** The text of a file that is new. */
export const EMPTY_CLUSTER = '<?xml version="1.0" encoding="UTF-8"?>\n<cluster>\n</cluster>\n';

type Edit = { readonly start: number; readonly end: number; readonly text: string };

/** Appends hosts behind everything else in `cluster`, laid out as its last host is. */
export function insertHosts(document: ClusterFrame, hosts: readonly HostValues[]): string {
  const { text, root, encoding } = document;
  const layout = findLayout(document);
  const printed = hosts.map((values) => `${layout.newline}${layout.indent}${printHost(values, layout, encoding)}`);
  if (hosts.length === 0) return text;
  if (root.contentStart === root.end) return openElement(document, root, printed.join('') + layout.newline);
  const at = text.slice(0, contentEnd(document, root)).trimEnd().length;
  return applyEdits(text, [{ start: at, end: at, text: printed.join('') }]);
}

/** Cuts hosts out, each with the white space in front of it: what insertHosts added is gone without a trace. */
export function removeHosts({ text }: ClusterFrame, hosts: readonly Element[]): string {
  return applyEdits(
    text,
    hosts.map(({ start, end }) => ({ start: start - leadOf(text, start).length, end, text: '' })),
  );
}

/**
 * Gives fields of one host other values, and adds those that it lacks in their place in the table. A field that has the
 * value already is not touched, one that is not named stays, and one whose new value is empty goes.
 */
export function replaceFields(document: ClusterFrame, host: Element, values: HostValues): string {
  const wanted = fieldNames.filter(
    (name) => values[name] !== undefined && values[name] !== (fieldValue(host, name) ?? ''),
  );
  if (wanted.length > 0 && host.contentStart === host.end) {
    const layout = findLayout(document);
    const entry = printHost(withoutEmpty(values), layout, document.encoding);
    return openElement(document, host, entry.slice('<host>'.length, -'</host>'.length));
  }
  const edits = wanted.map((name) => planField(document, host, name, values[name] ?? ''));
  return applyEdits(document.text, edits);
}

function planField(document: ClusterFrame, host: Element, name: FieldName, value: string): Edit {
  const { text, encoding } = document;
  const field = findField(host, name);
  if (field === undefined) return planNewField(document, host, name, printField(name, value, encoding));
  if (field.contentStart === field.end) {
    return {
      start: field.start,
      end: field.end,
      text: `${openTag(text, field)}${escapeText(value, encoding)}</${name}>`,
    };
  }
  // A comment inside of the field survives its value.
  const kept = field.children.map(({ start, end }) => text.slice(start, end)).join('');
  if (value === '' && kept === '') {
    return { start: field.start - leadOf(text, field.start).length, end: field.end, text: '' };
  }
  const content = escapeText(value, encoding) + kept;
  return { start: field.contentStart, end: contentEnd(document, field), text: content };
}

function planNewField(document: ClusterFrame, host: Element, name: FieldName, printed: string): Edit {
  const { text } = document;
  const elements = host.children.filter((child): child is Element => child.element === true);
  const before = elements.findLast((child) => {
    const order = fieldOrder(child.name);
    return order !== -1 && order < fieldOrder(name);
  });
  if (before !== undefined) return { start: before.end, end: before.end, text: leadOf(text, before.start) + printed };
  const [first] = elements;
  if (first !== undefined) return { start: first.start, end: first.start, text: printed + leadOf(text, first.start) };
  const { newline, fieldIndent } = findLayout(document);
  const at = host.contentStart;
  return { start: at, end: at, text: `${newline}${newline && fieldIndent}${printed}` };
}

/** `<cluster a="1"/>` with this content. */
function openElement({ text }: ClusterFrame, element: Element, content: string): string {
  const opened = `${openTag(text, element)}${content}</${element.name}>`;
  return applyEdits(text, [{ start: element.start, end: element.end, text: opened }]);
}

function openTag(text: string, { start, end }: Element): string {
  return `${text.slice(start, end - '/>'.length).trimEnd()}>`;
}

/** Layout of the last host; a cluster on one line stays on one. */
function findLayout(document: ClusterFrame): Layout {
  const { text, root, lastHost } = document;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (root.contentStart !== root.end && !/[\r\n]/.test(leadOf(text, contentEnd(document, root)))) {
    return { newline: '', indent: '', fieldIndent: '' };
  }
  if (lastHost === undefined) return { ...usualLayout, newline };
  const indent = indentOf(text, lastHost.start) ?? usualLayout.indent;
  const [field] = lastHost.children;
  const unit = indent === '' ? usualLayout.indent : indent;
  return { newline, indent, fieldIndent: (field && indentOf(text, field.start)) ?? indent + unit };
}

/** What precedes an offset on its line; undefined unless that is only white space. */
function indentOf(text: string, offset: number): string | undefined {
  return /[\r\n]([ \t]*)$/.exec(leadOf(text, offset))?.[1];
}

/** The white space in front of an offset. */
function leadOf(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && ' \t\r\n'.includes(text.charAt(start - 1))) start -= 1;
  return text.slice(start, offset);
}

/** Edits of one offset keep their order. */
function applyEdits(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, edit.start), edit.text);
    at = edit.end;
  }
  return parts.concat(text.slice(at)).join('');
}
