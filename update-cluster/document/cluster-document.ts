// A cluster.xml that was read: its text, and where in it every host and field stands.
// Offsets count characters of `text`, so that an edit changes nothing but what it is about.
import { fieldNames } from './fields.ts';
import type { FieldName } from './fields.ts';

/** UTF-8 also stands for US-ASCII; a written `ï` becomes a character reference where the encoding lacks it. */
export type Encoding = 'utf8' | 'ascii' | 'latin1';

/** A comment, a processing instruction or an element; `end` is the offset behind it. */
export type Node = { readonly start: number; readonly end: number; readonly element?: undefined } | Element;

export type Element = {
  readonly element: true;
  readonly name: string;
  readonly start: number;
  /** Behind the start tag; the same as `end` for `<ip/>`. */
  readonly contentStart: number;
  readonly end: number;
  /** The text directly in it, with references and CDATA resolved; empty if there is only white space. */
  readonly text: string;
  readonly children: readonly Node[];
};

/** What an edit needs to know of a file besides the hosts that it is about. */
export type ClusterFrame = {
  /** The file as people know it, for messages. */
  readonly where: string;
  readonly text: string;
  readonly encoding: Encoding;
  readonly root: Element;
  readonly lastHost: Element | undefined;
};

export type ClusterDocument = ClusterFrame & {
  /** What precedes and follows the root element: declaration, DOCTYPE, comments. */
  readonly prolog: readonly Node[];
  readonly epilog: readonly Node[];
  /** The `host` elements directly in `cluster`, in order. */
  readonly hosts: readonly Element[];
};

/** What is known of a host, by field. An absent field is not written. */
export type HostValues = { readonly [name in FieldName]?: string };

/** The value of one field without white space around it; undefined if the host lacks it or it is empty. */
export function fieldValue(host: Element, name: FieldName): string | undefined {
  const value = findField(host, name)?.text.trim();
  return value === '' ? undefined : value;
}

/** The values that say something. */
export function withoutEmpty(values: HostValues): HostValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
}

/** All values of a host. */
export function hostValues(host: Element): HostValues {
  const values: { [name in FieldName]?: string } = {};
  for (const name of fieldNames) {
    const value = fieldValue(host, name);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

export function findField(host: Element, name: FieldName): Element | undefined {
  for (const child of host.children) if (child.element && child.name === name) return child;
  return undefined;
}

/** Whether the words of `notes` say that this is the master node. */
export function isMaster(host: Element): boolean {
  return fieldValue(host, 'notes')?.split(/\s+/).includes('master') ?? false;
}

/** The offset behind the content of an element, where its end tag begins. */
export function contentEnd({ text }: Pick<ClusterFrame, 'text'>, { contentStart, end }: Element): number {
  return contentStart === end ? end : text.lastIndexOf('</', end - 1);
}
