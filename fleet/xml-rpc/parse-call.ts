// A call of XML-RPC. In: the bytes of a stranger. Out: the name of a method and its parameters. Never: guesses what a malformed
// value may mean.
import { readTree } from './read-tree.ts';
import type { Element } from './read-tree.ts';
import { RpcFault } from './value.ts';
import type { Struct, Value } from './value.ts';

export type Call = { readonly method: string; readonly params: readonly Value[] };

/**
 * `<methodCall><methodName>anon.get_my_privileges</methodName><params/></methodCall>`
 * @throws RpcFault with the line
 */
export function parseCall(bytes: Uint8Array): Call {
  const root = readTree(bytes);
  if (root.name !== 'methodCall') throw failAt(root, 'is not <methodCall>');
  const [name, params, ...rest] = elementsOf(root);
  if (name?.name !== 'methodName') throw failAt(root, 'has no <methodName> to begin with');
  const method = textOf(name).trim();
  if (!/^[\w.:/]{1,200}$/.test(method)) throw failAt(name, 'has no name of a method');
  if (params === undefined) return { method, params: [] };
  if (params.name !== 'params' || rest.length > 0) throw failAt(root, 'has more than <methodName> and <params>');
  return { method, params: elementsOf(params, 'param').map((param) => valueOf(onlyChild(param, 'value'))) };
}

function valueOf(element: Element): Value {
  if (element.children.length === 0) return element.text;
  const typed = onlyChild(element);
  const read = readers.get(typed.name);
  if (read === undefined) throw failAt(typed, 'is no type of XML-RPC');
  return read(typed);
}

const readers = new Map<string, (element: Element) => Value>([
  ['int', readInt],
  ['i4', readInt],
  ['i8', readLong],
  ['boolean', readBoolean],
  ['string', textOf],
  ['double', readDouble],
  ['dateTime.iso8601', readDate],
  ['base64', readBytes],
  ['nil', readNil],
  ['array', readArray],
  ['struct', readStruct],
]);

function readLong(element: Element): number {
  const text = textOf(element).trim();
  const number = Number(text);
  if (!/^[+-]?\d{1,20}$/.test(text)) throw failAt(element, 'is not an integer');
  if (!Number.isSafeInteger(number)) throw failAt(element, 'is beyond 2^53, which this server cannot count to');
  return number === 0 ? 0 : number;
}

function readInt(element: Element): number {
  const number = readLong(element);
  if (number < -(2 ** 31) || number >= 2 ** 31) {
    throw failAt(element, 'is not a number of 32 bits');
  }
  return number;
}

function readBoolean(element: Element): boolean {
  const text = textOf(element).trim();
  if (text !== '0' && text !== '1') throw failAt(element, 'is neither 0 nor 1');
  return text === '1';
}

function readDouble(element: Element): number {
  const text = textOf(element).trim();
  const number = Number(text);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) || !Number.isFinite(number)) {
    throw failAt(element, 'is not a number');
  }
  return number === 0 ? 0 : number;
}

/** `19980717T14:08:55`; the specification names no time zone, so it is UTC. */
function readDate(element: Element): Date {
  const parts = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d:\d\d:\d\d)Z?$/.exec(textOf(element).trim());
  const iso = parts === null ? '' : `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}.000Z`;
  const date = new Date(iso);
  // The 30th of February would become the 1st of March.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) throw failAt(element, 'is not a date and time');
  return date;
}

function readBytes(element: Element): Uint8Array {
  const text = textOf(element).replaceAll(/\s/g, '');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw failAt(element, 'is not base64');
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function readNil(element: Element): null {
  if (textOf(element).trim() !== '') throw failAt(element, 'is not empty');
  return null;
}

function readArray(element: Element): readonly Value[] {
  return elementsOf(onlyChild(element, 'data'), 'value').map(valueOf);
}

function readStruct(element: Element): Struct {
  const members = new Map<string, Value>();
  for (const member of elementsOf(element, 'member')) {
    const [name, value, ...rest] = elementsOf(member);
    if (name?.name !== 'name' || value?.name !== 'value' || rest.length > 0) {
      throw failAt(member, 'is not <name> and <value>');
    }
    const key = textOf(name);
    if (members.has(key)) throw failAt(name, 'is there twice');
    members.set(key, valueOf(value));
  }
  return Object.fromEntries(members);
}

/** The text of an element that has nothing else. */
function textOf(element: Element): string {
  if (element.children.length > 0) throw failAt(element, 'has elements in it, where text is expected');
  return element.text;
}

/** The elements of an element that has nothing else; all have this name, if one is given. */
function elementsOf(element: Element, name?: string): readonly Element[] {
  if (element.text.trim() !== '') throw failAt(element, 'has text in it, where elements are expected');
  const other = element.children.find((child) => name !== undefined && child.name !== name);
  if (other !== undefined) throw failAt(other, `is not <${name}>`);
  return element.children;
}

function onlyChild(element: Element, name?: string): Element {
  const [child, ...rest] = elementsOf(element, name);
  if (child === undefined || rest.length > 0) throw failAt(element, `needs exactly one ${name ?? 'type'}`);
  return child;
}

const failAt = ({ name, line }: Element, why: string): RpcFault =>
  new RpcFault('generic', `the request is not a call of XML-RPC: line ${line}: <${name.slice(0, 40)}> ${why}`);
