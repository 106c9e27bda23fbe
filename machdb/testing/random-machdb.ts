// Databases for property tests, made of known objects and written in every way that the language allows.
import * as fc from 'fast-check';
import type { Operator } from '../types.ts';

/** An object as it is meant, before it is written. */
export type MeantObject = {
  readonly name: string;
  readonly parents: readonly string[];
  readonly lines: readonly { readonly variable: string; readonly operator: Operator; readonly value: string }[];
};

export type RandomMachdb = {
  readonly objects: readonly MeantObject[];
  /** Each object as text, in the same order. */
  readonly texts: readonly string[];
};

const variables = ['A', 'B', 'C_1', 'PACKAGES', 'MAC', 'IP', 'NIC_b_MAC', 'HOST'];
const words = [
  'a',
  'b',
  'c',
  'tex',
  '#x',
  '52:54:00:00:00:01',
  '525400000002',
  '52:54:0:0:0:1',
  '5254.0000.0002',
  '10.0.0.1',
  '10.0.0.2',
  '${HOSTNAME}',
  '##X##',
];

const line = fc.record({
  variable: fc.constantFrom(...variables),
  operator: fc.constantFrom<Operator>('=', '=', '+=', '-='),
  words: fc.array(fc.constantFrom(...words), { maxLength: 3 }),
  style: fc.record({
    indent: fc.constantFrom('', '  ', '\t'),
    around: fc.constantFrom('', ' '),
    quote: fc.constantFrom('', '"', "'"),
    comment: fc.constantFrom('', ' # why', '\t#\u00fc'),
    between: fc.constantFrom(' ', '  ', ' \\\n    ', ' \\\r\n\t'),
    end: fc.constantFrom('\n', '\r\n', '\n\n', '\n# remark: a=b\n', '\n  # \\\n'),
  }),
});

const object = fc.record({
  parents: fc.array(fc.nat(6), { maxLength: 3 }),
  lines: fc.array(line, { maxLength: 5 }),
  header: fc.constantFrom('\n', ' # its parents\n', '\r\n'),
});

/** Up to eight objects; each inherits from earlier ones, so that none inherits from itself. */
export const randomMachdb: fc.Arbitrary<RandomMachdb> = fc
  .array(object, { minLength: 1, maxLength: 8 })
  .map((drawn) => {
    const objects = drawn.map(({ parents, lines }, index) => ({
      name: nameOf(index),
      parents: index === 0 ? [] : [...new Set(parents.map((parent) => nameOf(parent % index)))],
      lines: lines.map(({ variable, operator, words: list, style }) => {
        const between = style.between.includes('\\') ? ' ' : style.between;
        return { variable, operator, value: list.join(between) };
      }),
    }));
    const texts = drawn.map(({ lines, header }, index) => {
      const { name, parents } = objects[index] ?? { name: '', parents: [] };
      const head = `${name}:${parents.map((parent) => ` ${parent}`).join('')}${header}`;
      return head + lines.map(writeLine).join('');
    });
    return { objects, texts };
  });

/** Names of which one is the beginning of another. */
function nameOf(index: number): string {
  return `o${'x'.repeat(index)}`;
}

function writeLine({
  variable,
  operator,
  words: list,
  style,
}: typeof line extends fc.Arbitrary<infer T> ? T : never): string {
  const { indent, around, comment, between, end } = style;
  // A value that begins with what begins a comment must be quoted.
  const quote = style.quote === '' && list.some((word) => word.startsWith('#')) ? '"' : style.quote;
  const value = `${quote}${list.join(between)}${quote}`;
  return `${indent}${variable}${around}${operator}${around}${value}${comment}${end}`;
}
