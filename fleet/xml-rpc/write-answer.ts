// Answers of XML-RPC. In: a value, or a fault. Out: XML that any XML 1.0 parser reads. Never: a character that XML cannot have.
import { faultCodes } from './value.ts';
import type { FaultKind, Value } from './value.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>';

/** `<methodResponse><params><param><value><int>512</int></value></param></params></methodResponse>` */
export const writeAnswer = (value: Value): string =>
  `${HEAD}<params><param>${writeValue(value)}</param></params></methodResponse>\n`;

export const writeFault = (kind: FaultKind, message: string): string =>
  `${HEAD}<fault>${writeValue({ faultCode: faultCodes[kind], faultString: message })}</fault></methodResponse>\n`;

const writeValue = (value: Value): string => `<value>${writeTyped(value)}</value>`;

function writeTyped(value: Value): string {
  if (value === null) return '<nil/>';
  if (typeof value === 'string') return `<string>${escapeText(value)}</string>`;
  if (typeof value === 'boolean') return `<boolean>${value ? 1 : 0}</boolean>`;
  if (typeof value === 'number') return writeNumber(value);
  if (value instanceof Date) return `<dateTime.iso8601>${writeDate(value)}</dateTime.iso8601>`;
  if (value instanceof Uint8Array) return `<base64>${Buffer.from(value).toString('base64')}</base64>`;
  if (isArray(value)) return `<array><data>${value.map(writeValue).join('')}</data></array>`;
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escapeText(name)}</name>${writeValue(member)}</member>`,
  );
  return `<struct>${members.join('')}</struct>`;
}

const isArray = (value: Value): value is readonly Value[] => Array.isArray(value);

/** What does not fit into 32 bits is an i8, which is an extension that most libraries have. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`XML-RPC has no ${value}`);
  if (!Number.isSafeInteger(value)) return `<double>${value}</double>`;
  const type = value >= -(2 ** 31) && value < 2 ** 31 ? 'int' : 'i8';
  return `<${type}>${value}</${type}>`;
}

/** In UTC, to the second: `20260728T12:30:00`. */
const writeDate = (date: Date): string => date.toISOString().slice(0, 19).replaceAll('-', '');

// oxlint-disable-next-line no-control-regex -- XML 1.0, section 2.2: what is no character there
const NO_CHARACTER = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]/gu;

/** A carriage return would be read as the end of a line. */
const escapeText = (text: string): string =>
  text
    .replaceAll(NO_CHARACTER, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
