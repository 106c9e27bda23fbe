// The XML of a stranger, as elements. In: bytes. Out: the root element. Bounded: depth and number of elements. Never: takes a
// DOCTYPE, so there are no entities but XML's own five; opens anything.
import { SaxesParser } from 'saxes';
import { RpcFault } from './value.ts';

export type Element = {
  readonly name: string;
  readonly line: number;
  /** All of its own text, with CDATA. */
  text: string;
  readonly children: Element[];
};

/** A value takes up to four levels: struct, member, value, and what it is. */
const DEEPEST = 64;
/** Ten for each package of a list. */
const MOST_ELEMENTS = 100_000;

/** @throws RpcFault with the line */
export function readTree(bytes: Uint8Array): Element {
  const parser = new SaxesParser();
  const open: Element[] = [];
  let root: Element | undefined;
  let count = 0;
  const fail = (why: string): never => {
    throw notXml(`line ${parser.line}: ${why}`);
  };
  const addText = (text: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += text;
  };
  parser.on('opentag', ({ name }) => {
    count += 1;
    if (count > MOST_ELEMENTS) fail(`there are more than ${MOST_ELEMENTS} elements`);
    if (open.length === DEEPEST) fail(`elements are more than ${DEEPEST} deep`);
    const element = { name, line: parser.line, text: '', children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('doctype', () => fail('a DOCTYPE is refused'));
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) fail(`only UTF-8 is read, and this is ${encoding.slice(0, 40)}`);
  });
  const text = decode(bytes);
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof RpcFault || !(error instanceof Error)) throw error;
    throw notXml(error.message.slice(0, 300));
  }
  return root ?? fail('there is no element');
}

const notXml = (why: string): RpcFault => new RpcFault('generic', `the request is not a call of XML-RPC: ${why}`);

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notXml('it is not UTF-8');
  }
}
