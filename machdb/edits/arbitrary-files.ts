// Databases for property tests: odd text that the parser accepts.
import * as fc from 'fast-check';
import { UserError } from '../../lib/errors.ts';
import { parseMachdb } from '../parse.ts';

export type File = { readonly path: string; readonly text: string };

const NAMES = ['a', 'a.b', 'b-1', '_c', '10net', 'aa', 'A'];
export const VARIABLES = ['A', 'AB', 'WORDS', 'X1'];

const blanks = fc.constantFrom('', '', ' ', '  ', '\t');
const trailing = fc.constantFrom('', '', ' ', ' # a comment', '\t# it\'s "odd" # ', '   #');
export const rawValue = fc.constantFrom(
  '',
  'x',
  'y z',
  'y  z\ty',
  '"in quotes"',
  "'  a # b  '",
  '"it\'s"',
  '\'say "hi"\'',
  'a#b',
  '##X##',
  'x \\\n   y \\\n\tz',
  '\\\n  only behind',
  '"in \\\n  quotes"',
  'x \\\n',
  'a:b',
  'B=c',
  'é\u00a0€😀',
);
const assignment = fc
  .tuple(blanks, fc.constantFrom(...VARIABLES), blanks, fc.constantFrom('=', '+=', '-='), blanks, rawValue, trailing)
  .map((parts) => parts.join(''))
  // What ends in a backslash and a line feed takes the comment as its next line, which the parser accepts.
  .filter((text) => isLegal(`o:\n${text}\n`));
const filler = fc.constantFrom('', '   ', '# comment', '    # indented \\', '\\\n', '#a: b', '# WORDS=1');

export function isLegal(text: string): boolean {
  try {
    parseMachdb([{ path: 'x.db', text }]);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}

/** One to three files with objects of different names; parents are objects that were made before. */
export const database: fc.Arbitrary<File[]> = fc
  .record({
    names: fc.shuffledSubarray(NAMES, { minLength: 1 }),
    bodies: fc.array(fc.array(fc.oneof(assignment, assignment, filler), { maxLength: 6 }), {
      minLength: 7,
      maxLength: 7,
    }),
    parents: fc.array(fc.array(fc.nat(6), { maxLength: 3 }), { minLength: 7, maxLength: 7 }),
    headers: fc.array(fc.tuple(blanks, fc.constantFrom(' ', '  ', '\t', ' \\\n '), trailing), {
      minLength: 7,
      maxLength: 7,
    }),
    files: fc.array(
      fc.record({
        bom: fc.constantFrom('', '\uFEFF'),
        end: fc.constantFrom('\n', '\n', '\r\n'),
        top: fc.array(filler, { maxLength: 2 }),
        isWhole: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ names, bodies, parents, headers, files }) => {
    const objects = names.map((name, index) => {
      const [beforeColon, between, tail] = headers[index] ?? ['', ' ', ''];
      const known = names.slice(0, index);
      const list = (parents[index] ?? []).map((at) => known[at]).filter((parent) => parent !== undefined);
      return [
        `${name}${beforeColon}:${list.map((parent) => between + parent).join('')}${tail}`,
        ...(bodies[index] ?? []),
      ];
    });
    return files.map(({ bom, end, top, isWhole }, at) => {
      const lines = [...top, ...objects.filter((_, index) => index % files.length === at).flat()];
      const text = `${lines.join('\n')}${isWhole ? '\n' : ''}`.replaceAll('\n', end);
      return { path: `${at}.db`, text: bom + text };
    });
  })
  // A file that ends inside a continued line cannot be extended and cut back to the same bytes.
  .filter((files) => files.every(({ text }) => !/\\[ \t]*(\r?\n)?[ \t]*$/.test(text)));
