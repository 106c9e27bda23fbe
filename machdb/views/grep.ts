import { UserError } from '../../lib/errors.ts';
import { didYouMean } from '../../lib/did-you-mean.ts';
import { machineNames } from '../query.ts';
import { listContributions, tryResolve } from '../resolve.ts';
import { splitWords } from '../values.ts';
import type { Machdb } from '../types.ts';
import { compileGlob } from './glob.ts';
import { alignColumns } from './printable.ts';

/** `VAR`, `VAR=VALUE` or `VAR!=VALUE`. */
export type Condition = { readonly variable: string; readonly holds: (value: string | undefined) => boolean };

/** What a search found. */
export type GrepResult = {
  readonly found: readonly { readonly name: string; readonly record: Readonly<Record<string, string>> }[];
  /** Machines that nothing can be said of: a variable that was asked for cannot be resolved. */
  readonly unresolved: readonly string[];
  /** For each variable asked for that no machine sets, a sentence. */
  readonly unknown: readonly string[];
};

const CONDITION = /^([A-Za-z_][A-Za-z0-9_]*)(?:(!?=)([^]*))?$/;

/**
 * `VAR` holds where VAR is set; `VAR=VALUE` where VALUE is the whole value or a word of it, with `*` and `?`;
 * `VAR!=VALUE` everywhere else, also where VAR is not set.
 * @throws UserError for any other text.
 */
export function parseCondition(text: string): Condition {
  const match = CONDITION.exec(text);
  if (match === null) {
    throw new UserError(`'${text}' is not a condition`, { exitCode: 2, hint: 'write VAR, VAR=VALUE or VAR!=VALUE' });
  }
  const [, variable = '', operator, pattern = ''] = match;
  if (operator === undefined) return { variable, holds: (value) => value !== undefined };
  const glob = compileGlob(pattern);
  const fits = (value: string | undefined) => value !== undefined && (glob(value) || splitWords(value).some(glob));
  return { variable, holds: operator === '=' ? fits : (value) => !fits(value) };
}

/** The machines for which every condition holds, with their values of `shown` and of the conditions' variables. */
export function grepMachines(db: Machdb, conditions: readonly Condition[], shown: readonly string[]): GrepResult {
  const wanted = [...new Set([...shown, ...conditions.map(({ variable }) => variable)])];
  const seen = new Set<string>();
  const found = [];
  const unresolved = [];
  for (const name of machineNames(db)) {
    const { values, faults } = tryResolve(db, name);
    for (const variable of values.keys()) seen.add(variable);
    if (faults.length > 0 && lacksValue(db, name, wanted, values)) unresolved.push(name);
    else if (conditions.every(({ variable, holds }) => holds(values.get(variable)))) {
      const set = wanted.filter((variable) => values.has(variable));
      found.push({ name, record: Object.fromEntries(set.map((variable) => [variable, values.get(variable) ?? ''])) });
    }
  }
  const unknown = wanted.filter((variable) => unresolved.length === 0 && !seen.has(variable));
  return { found, unresolved, unknown: unknown.map((variable) => describeUnknown(variable, seen)) };
}

/** Name and values in columns; `-` where a variable is not set. */
export function formatFound({ found }: GrepResult, shown: readonly string[]): string[] {
  return alignColumns(found.map(({ name, record }) => [name, ...shown.map((variable) => record[variable] ?? '-')]));
}

function lacksValue(db: Machdb, name: string, wanted: readonly string[], values: ReadonlyMap<string, string>): boolean {
  const set = new Set(listContributions(db, name).map(({ assignment }) => assignment.variable));
  return wanted.some((variable) => set.has(variable) && !values.has(variable));
}

function describeUnknown(variable: string, known: ReadonlySet<string>): string {
  const suggestion = didYouMean(variable, known);
  return `no machine sets ${variable}${suggestion === undefined ? '' : `; ${suggestion}`}`;
}
