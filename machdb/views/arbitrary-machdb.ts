// For property tests: databases of a few machines and groups, in which every reference has a target.
import * as fc from 'fast-check';
import { parseMachdb } from '../parse.ts';
import type { Machdb } from '../types.ts';

/** An object as it is written; parents have a lower `rank`, so that there are no cycles. */
export type Draft = { readonly rank: number; readonly parents: readonly string[]; readonly lines: readonly string[] };

/** Objects by name; `base` is among them, sets what may be referred to, and is inherited by all. */
export type Drafts = ReadonlyMap<string, Draft>;

// A refers to B and C, B to C: no circles.
const words = ['a', 'b', 'c', 'tex', 'bash'];
const texts = ['', 'a', ' a  b ', '$', '$${A}', '${HOSTNAME}', '${HOSTNAME}.${C}', 'x${IP}', '${SET}'];
const valueOf = new Map<string, string[]>([
  ['A', [...texts, '${B}', '$${C}${B}', '${C}${HOSTNAME}']],
  ['B', [...texts, '${C}', '-${C}-']],
  ['C', ['a', '$', 'a b', '${HOSTNAME}', '${SET}']],
  ['D', ['${A}', '${B}.${HOSTNAME}', 'plain']],
  ['IP', ['10.0.0.1', '10.0.0.2']],
  ['SET', ['a', 'a b', 'b a', 'tex bash']],
]);

/** A line such as `SET+=a tex`. */
export const anyLine: fc.Arbitrary<string> = fc.constantFrom(...valueOf.keys()).chain((variable) => {
  const value = fc.oneof(
    fc.constantFrom(...(valueOf.get(variable) ?? [])),
    fc.subarray(words).map((some) => some.join(' ')),
  );
  const operator = fc.constantFrom(...(variable === 'SET' ? ['=', '+=', '-='] : ['=', '=', '=', '+=', '-=']));
  return fc.tuple(operator, value).map(([sign, text]) => `${variable}${sign}"${text}"`);
});

const anyObject = fc.record({
  isMachine: fc.boolean(),
  parents: fc.array(fc.nat(), { maxLength: 3 }),
  lines: fc.array(anyLine, { maxLength: 5 }),
});

/** Some of the objects are machines; not all of them have an IP address that resolves to one. */
export const anyDrafts: fc.Arbitrary<Drafts> = fc.array(anyObject, { maxLength: 9 }).map((objects) => {
  const drafts = new Map<string, Draft>([['base', { rank: 0, parents: [], lines: baseLines }]]);
  for (const [index, { isMachine, parents, lines }] of objects.entries()) {
    const known = [...drafts.keys()];
    const chosen = new Set(parents.map((parent) => known[parent % known.length] ?? 'base'));
    const own = isMachine ? [`MAC=52:54:00:00:00:${10 + index}`, ...lines] : lines;
    drafts.set(`o${index}`, { rank: index + 1, parents: chosen.size === 0 ? ['base'] : [...chosen], lines: own });
  }
  return drafts;
});

const baseLines = ['A=', 'B=', 'C=', 'IP=10.0.0.1', 'SET='];

/**
 * Writes the objects into three files and reads them back; `shuffle` gives each object a file and a place in it,
 * with comments and blanks that mean nothing.
 */
export function parseDrafts(drafts: Drafts, shuffle: readonly number[] = []): Machdb {
  const files = ['', '', ''];
  for (const [index, [name, { parents, lines }]] of [...drafts].entries()) {
    const luck = shuffle[index] ?? 0;
    const at = luck % files.length;
    const comment = luck % 2 === 0 ? '' : '# a comment\n\n';
    const text = `${comment}${name}: ${parents.join(luck % 5 === 0 ? ' ' : '  ')}\n${comment}${lines.map((line) => `  ${line}\n`).join(comment)}`;
    files[at] = luck % 7 < 4 ? `${files[at]}${text}` : `${text}${files[at]}`;
  }
  return parseMachdb(files.map((text, index) => ({ path: `${index}.db`, text })));
}
