import { didYouMean } from '../lib/did-you-mean.ts';
import type { Problem } from './faults.ts';

/** Why a variable has no value. */
type VariableProblem = Problem & { readonly variable: string };

/** How many suggestions may still be made; a search takes a while, and nobody reads the hundredth. */
export type Suggestions = { left: number };

type Part = { readonly text: string } | { readonly reference: string };
type Frame = { readonly variable: string; readonly parts: readonly Part[]; nextPart: number };
type Expansion = {
  readonly texts: ReadonlyMap<string, string>;
  /** Values that had references; undefined for a variable that cannot have one. */
  readonly settled: Map<string, string | undefined>;
  readonly problems: VariableProblem[];
  readonly suggestions: Suggestions;
};

// `$${` is a literal `${`; whatever else begins with `${` must be a reference.
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
// References to references can double a value at every step.
const LONGEST_EXPANSION = 65536;
const MOST_SUGGESTIONS = 20;
const LONGEST_PATH = 12;

/**
 * Replaces `${VAR}` in every value by the value of VAR; `$${` becomes a literal `${`. Variables with a reference
 * that leads nowhere or in a circle are left out, with a problem for each reference at fault.
 */
export function expandReferences(texts: ReadonlyMap<string, string>): {
  values: Map<string, string>;
  problems: readonly VariableProblem[];
} {
  const values = new Map(texts);
  const referring = texts
    .entries()
    .filter(([, text]) => text.includes('${'))
    .map(([variable]) => variable);
  return { values, problems: expandInPlace(values, [...referring]) };
}

/** As expandReferences, in the map itself; `referring` names at least the variables that hold `${`. */
export function expandInPlace(
  texts: Map<string, string>,
  referring: readonly string[],
  suggestions: Suggestions = { left: MOST_SUGGESTIONS },
): readonly VariableProblem[] {
  // Most records have few references or none.
  if (referring.length === 0) return [];
  const expansion: Expansion = { texts, settled: new Map(), problems: [], suggestions };
  for (const variable of referring) if (!expansion.settled.has(variable)) settle(expansion, variable);
  for (const [variable, value] of expansion.settled) {
    if (value === undefined) texts.delete(variable);
    else texts.set(variable, value);
  }
  return expansion.problems;
}

/** Settles a variable and all that it refers to, with a stack of its own: chains may be longer than the call stack. */
function settle(expansion: Expansion, variable: string): void {
  const path = [openFrame(expansion, variable)];
  const depths = new Map([[variable, 0]]);
  for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
    const part = frame.parts[frame.nextPart];
    frame.nextPart += 1;
    if (part === undefined) {
      expansion.settled.set(frame.variable, joinParts(expansion, frame));
      depths.delete(frame.variable);
      path.pop();
    } else if ('reference' in part && !isSettled(expansion, part.reference)) {
      const depth = depths.get(part.reference);
      const problem =
        depth === undefined ? describeUnknown(expansion, frame.variable, part.reference) : describeCircle(path, depth);
      if (problem === undefined) {
        depths.set(part.reference, path.length);
        path.push(openFrame(expansion, part.reference));
      } else {
        expansion.problems.push({ variable: frame.variable, ...problem });
      }
    }
  }
}

/** A value without references is settled as it was written. */
function isSettled({ texts, settled }: Expansion, variable: string): boolean {
  return settled.has(variable) || texts.get(variable)?.includes('${') === false;
}

function settledValue({ texts, settled }: Expansion, variable: string): string | undefined {
  if (settled.has(variable)) return settled.get(variable);
  const text = texts.get(variable);
  // One that still waits for others is part of a circle.
  return text?.includes('${') === true ? undefined : text;
}

function openFrame({ texts }: Expansion, variable: string): Frame {
  return { variable, parts: splitReferences(texts.get(variable) ?? ''), nextPart: 0 };
}

/** `http://${SERVER}/` → text, reference, text. A reference keeps whatever stands between the braces. */
function splitReferences(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(REFERENCE)) {
    parts.push({ text: text.slice(end, match.index) });
    const [all, name, brace] = match;
    if (name === undefined) parts.push({ text: '${' });
    else parts.push({ reference: brace === '' ? all : name });
    end = match.index + all.length;
  }
  return [...parts, { text: text.slice(end) }];
}

/** The value with its references replaced; undefined when one of them has no value or the whole is too long. */
function joinParts(expansion: Expansion, { variable, parts }: Frame): string | undefined {
  const texts: string[] = [];
  let length = 0;
  for (const part of parts) {
    const text = 'text' in part ? part.text : settledValue(expansion, part.reference);
    if (text === undefined) return undefined;
    length += text.length;
    if (length > LONGEST_EXPANSION) {
      expansion.problems.push({
        variable,
        message: `${variable} is longer than ${LONGEST_EXPANSION} characters once its references are replaced`,
      });
      return undefined;
    }
    texts.push(text);
  }
  return texts.join('');
}

/** The path from `depth` to its end, which refers to its beginning again. */
function describeCircle(path: readonly Frame[], depth: number): Problem {
  const half = LONGEST_PATH / 2;
  const frames =
    path.length - depth <= LONGEST_PATH
      ? path.slice(depth)
      : [...path.slice(depth, depth + half), ...path.slice(-half)];
  const names = frames.map((frame) => frame.variable);
  if (frames.length < path.length - depth) names.splice(half, 0, '…');
  return { message: `${names[0]} refers to itself: ${[...names, names[0]].join(' → ')}` };
}

/** Undefined when the reference names a variable of this record. */
function describeUnknown(expansion: Expansion, variable: string, reference: string): Problem | undefined {
  const { texts } = expansion;
  if (texts.has(reference)) return undefined;
  if (!VARIABLE.test(reference)) {
    const shown = (reference.startsWith('${') ? reference : `\${${reference}}`).slice(0, 80);
    return {
      message: `${variable} contains ${shown}, which is not a reference`,
      suggestion: 'write $${ for a literal ${',
    };
  }
  const suggestion = suggestVariable(expansion, variable, reference);
  return {
    message: `${variable} refers to \${${reference}}, which is not set`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function suggestVariable(
  { texts, problems, suggestions }: Expansion,
  variable: string,
  reference: string,
): string | undefined {
  if (suggestions.left <= 0 || problems.length >= MOST_SUGGESTIONS) return undefined;
  suggestions.left -= 1;
  return didYouMean(
    reference,
    texts.keys().filter((name) => name !== variable),
  );
}
