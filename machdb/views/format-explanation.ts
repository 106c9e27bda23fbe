import type { ReplacedReference, Step, VariableExplanation } from './explain.ts';
import { alignColumns, quote } from './printable.ts';

/** The variable with its value, then a line for each assignment and each reference. */
export function formatExplanation(explanation: VariableExplanation): string[] {
  const { variable, steps, raw, references, more, value } = explanation;
  const rows = steps.map((step) => [`${step.file}:${step.line}`, step.object, describeStep(step)]);
  return [
    value === null ? `${variable} ${describeMissing(explanation)}` : `${variable}=${quote(value)}`,
    ...(variable === 'HOSTNAME' ? ['    the name of the object'] : []),
    ...alignColumns(rows).map((line) => `    ${line}`),
    // After `=` the step itself shows it.
    ...(raw === null || raw === value || steps.at(-1)?.operator === '='
      ? []
      : [`    before references were replaced: ${quote(raw)}`]),
    ...references.map((reference) => `    ${describeReference(reference)}`),
    ...(more === true ? [`    … and so on; with ${variable} named, all of it is shown`] : []),
  ];
}

function describeMissing({ raw, problem }: VariableExplanation): string {
  return raw === null ? 'is not set' : `has no value: ${problem}`;
}

function describeStep({ value, effect }: Step): string {
  if (effect.did === 'add') return describeWords(['added', effect.added], ['already there', effect.present]);
  if (effect.did === 'remove') return describeWords(['removed', effect.removed], ['not there', effect.absent]);
  if (effect.instead === undefined) return `set to ${quote(value)}`;
  const { value: before, file, line } = effect.instead;
  const same = before === value ? 'which it already was' : `instead of ${quote(before)}`;
  return `set to ${quote(value)}, ${same} (${file}:${line})`;
}

/** `added tex; already there: emacs` */
function describeWords(done: [verb: string, words: readonly string[]], idle: [why: string, words: readonly string[]]) {
  const parts = [`${done[0]} ${done[1].length === 0 ? 'nothing' : done[1].join(' ')}`];
  if (idle[1].length > 0) parts.push(`${idle[0]}: ${idle[1].join(' ')}`);
  return parts.join('; ');
}

function describeReference({ variable, value, raw, from }: ReplacedReference): string {
  const where = from === undefined ? 'the name of the object' : `from ${from.file}:${from.line} (${from.object})`;
  const written = raw === value ? '' : `, written ${quote(raw)}`;
  return `\${${variable}} is ${quote(value)}, ${where}${written}`;
}
