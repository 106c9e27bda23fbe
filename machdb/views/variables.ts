// What variables mean. In: a database and names. Out: a row for each. Never: values.
import { exportVariables, machineVariables, packageVariables, variableFamilies } from '../../lib/known-variables.ts';
import { parseDeclaration } from '../declarations.ts';
import { DECLARATION_PREFIX } from '../machine-variables.ts';
import { listDeclarations } from '../list-declarations.ts';
import type { Machdb } from '../types.ts';
import { alignColumns } from './printable.ts';

/** One variable or family of them; those that the site declares have a type and a place. */
export type VariableMeaning = {
  readonly name: string;
  readonly type?: string;
  readonly meaning: string;
  readonly file?: string;
  readonly line?: number;
};

/** Those asked for, all when none are; `missing` are names that neither gutinteg nor the site knows. */
export function listVariables(
  db: Machdb,
  names: readonly string[],
): { variables: VariableMeaning[]; missing: readonly string[] } {
  const single = [machineVariables, packageVariables, exportVariables].flatMap((table) =>
    Object.entries(table).map(([name, meaning]) => ({ name, meaning })),
  );
  const families = variableFamilies.map(({ name, meaning }) => ({ name, meaning }));
  const all: VariableMeaning[] = [...single, ...families, ...listDeclared(db)];
  if (names.length === 0) return { variables: all, missing: [] };
  const find = (name: string): VariableMeaning | undefined =>
    all.find((each) => each.name === name) ?? families[variableFamilies.findIndex(({ pattern }) => pattern.test(name))];
  const variables = names.flatMap((name) => {
    const found = find(name);
    return found === undefined ? [] : [{ ...found, name }];
  });
  return { variables, missing: names.filter((name) => find(name) === undefined) };
}

function listDeclared(db: Machdb): VariableMeaning[] {
  return listDeclarations(db).flatMap(({ variable, value, file, line }) => {
    const declaration = parseDeclaration(value);
    // `machdb check` says what is wrong with it.
    if (typeof declaration === 'string') return [];
    const { type, sentence: meaning } = declaration;
    return [{ name: variable.slice(DECLARATION_PREFIX.length), type, meaning, file, line }];
  });
}

/** Name, type and meaning in columns; `-` for variables of gutinteg, whose types their meanings say. */
export function formatVariables(variables: readonly VariableMeaning[]): string[] {
  return alignColumns(variables.map(({ name, type = '-', meaning }) => [name, type, meaning]));
}
