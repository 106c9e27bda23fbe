// A host as XML text. Pure.
import type { Encoding, HostValues } from './cluster-document.ts';
import { fieldNames } from './fields.ts';

/** How entries are laid out; without `newline` they stay on one line. */
export type Layout = {
  readonly newline: '\n' | '\r\n' | '';
  /** What precedes `<host>` on its line. */
  readonly indent: string;
  /** What precedes `<ip>` on its line. */
  readonly fieldIndent: string;
};

/** What `formatDocument` writes, and new files have. */
export const usualLayout: Layout = { newline: '\n', indent: '  ', fieldIndent: '    ' };

/** `<host>…</host>`, fields in the order of the table, without white space around it. */
export function printHost(values: HostValues, layout: Layout, encoding: Encoding): string {
  const { newline, indent, fieldIndent } = layout;
  const fields = fieldNames.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [`${newline}${newline && fieldIndent}${printField(name, value, encoding)}`];
  });
  return `<host>${fields.join('')}${newline}${newline && indent}</host>`;
}

/** `<ip>10.0.0.1</ip>`. */
export function printField(name: string, value: string, encoding: Encoding): string {
  return `<${name}>${escapeText(value, encoding)}</${name}>`;
}

const LARGEST_CODE: Readonly<Record<Encoding, number>> = { ascii: 0x7f, latin1: 0xff, utf8: 0x10ffff };

/** Text as it is written between tags. The encoding's missing characters, and CR, become references. */
export function escapeText(value: string, encoding: Encoding): string {
  const named = value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
  const largest = LARGEST_CODE[encoding];
  return encoding === 'utf8'
    ? named
    : named.replaceAll(/\P{ASCII}/gu, (letter) => {
        const code = letter.codePointAt(0) ?? 0;
        return code > largest ? `&#${code};` : letter;
      });
}
