import { isKnownVariable, nearKnownNames } from '../../lib/known-variables.ts';
import { parseDeclaration } from '../declarations.ts';
import { DECLARATION_PREFIX } from '../machine-variables.ts';
import { listDeclarations } from '../list-declarations.ts';
import type { Declaration } from '../declarations.ts';
import { didYouMean } from '../../lib/did-you-mean.ts';
import { faultAtLine, warningAtLine } from '../faults.ts';
import { splitWords } from '../values.ts';
import type { Assignment, Machdb } from '../types.ts';
import type { CreateInspection, Inspection, Report } from './inspection.ts';

type Declared = Declaration & { readonly place: Assignment };
/** Where a variable is first assigned, and in how many other lines. */
type Lines = { readonly first: Assignment; others: number };

/**
 * Variables that nobody knows. A site that declares its own, by `DECLARE_<name>=TYPE: SENTENCE`, must declare all, and a
 * value of another type is a fault. In a site that declares none, a variable that no program, template or reference uses
 * is warned of, if `usedVariables` says what templates use.
 */
export function inspectVariables(usedVariables: Iterable<string> | undefined): CreateInspection {
  return (db, report, { warnings }) => {
    const declared = readDeclarations(db, report);
    if (declared.size > 0) return inspectDeclared(db, report, declared);
    return warnings && usedVariables !== undefined ? inspectUses(db, report, usedVariables) : {};
  };
}

function inspectDeclared(db: Machdb, report: Report, declared: ReadonlyMap<string, Declared>): Inspection {
  const undeclared = createFinder((variable) => !declared.has(variable));
  return {
    object: (_object, { assignments }) => {
      for (const assignment of assignments) undeclared.add(assignment);
    },
    machine: ({ values, where, object }) => {
      for (const [variable, value] of values) {
        const declaration = declared.get(variable);
        if (declaration === undefined || value === '' || declaration.accepts(value)) continue;
        const { type, place } = declaration;
        const message = `${variable}: '${value.slice(0, 80)}' is not ${type}, as ${place.file}:${place.line} declares`;
        report(faultAtLine(db, where(variable) ?? object, { message, suggestion: declaration.sentence }));
      }
    },
    finish: () => {
      for (const [variable, { first, others }] of undeclared.found) {
        const names = [...nearKnownNames(variable), ...declared.keys()];
        const suggestion = didYouMean(variable, names) ?? `DECLARE_${variable}=text: What it means.`;
        report(faultAtLine(db, first, { message: `${variable}${inLines(others)} is not declared`, suggestion }));
      }
    },
  };
}

function inspectUses(db: Machdb, report: Report, usedVariables: Iterable<string>): Inspection {
  const used = new Set(usedVariables);
  const unknown = createFinder(() => true);
  return {
    object: (_object, { assignments }) => {
      for (const assignment of assignments) {
        unknown.add(assignment);
        for (const variable of usesOf(assignment)) used.add(variable);
      }
    },
    finish: () => {
      for (const [variable, { first, others }] of unknown.found) {
        if (used.has(variable)) continue;
        const message = `${variable}${inLines(others)} is used by no program, template or reference`;
        const names = [...nearKnownNames(variable), ...used];
        const suggestion = didYouMean(variable, names) ?? 'if it is meant for people, declare it: see docs/machdb.md';
        report(warningAtLine(db, first, { message, suggestion }));
      }
    },
  };
}

/** The variables that a line asks for: references, and those that REQUIRED wants every heir to have. */
function usesOf({ variable, value }: Assignment): string[] {
  const required = variable === 'REQUIRED' ? splitWords(value) : [];
  if (!value.includes('${')) return required;
  return [...required, ...[...value.matchAll(/\$\{([A-Za-z_]\w*)\}/g)].flatMap(([, name]) => name ?? [])];
}

/** Gathers the lines of variables that no program knows; each name is looked at once. */
function createFinder(isWanted: (variable: string) => boolean) {
  const found = new Map<string, Lines>();
  const passed = new Set<string>();
  return {
    found,
    add: (assignment: Assignment): void => {
      const { variable } = assignment;
      if (passed.has(variable)) return;
      const lines = found.get(variable);
      if (lines !== undefined) lines.others += 1;
      else if (isKnownVariable(variable) || !isWanted(variable)) passed.add(variable);
      else found.set(variable, { first: assignment, others: 0 });
    },
  };
}

function inLines(others: number): string {
  return others === 0 ? '' : ` (and in ${others} more ${others === 1 ? 'line' : 'lines'})`;
}

function readDeclarations(db: Machdb, report: Report): Map<string, Declared> {
  const declared = new Map<string, Declared>();
  for (const place of listDeclarations(db)) {
    const variable = place.variable.slice(DECLARATION_PREFIX.length);
    if (variable === '') {
      report(faultAtLine(db, place, { message: `${place.variable} names no variable` }));
      continue;
    }
    const declaration = parseDeclaration(place.value);
    const other = declared.get(variable);
    if (typeof declaration === 'string') {
      report(faultAtLine(db, place, { message: `${place.variable} ${declaration}` }));
      // It is declared, if not well.
      declared.set(variable, { type: 'text', sentence: '', accepts: () => true, place });
    } else if (other !== undefined) {
      report(
        faultAtLine(db, place, {
          message: `${variable} is declared already, in ${other.place.file}:${other.place.line}`,
        }),
      );
    } else if (isKnownVariable(variable)) {
      report(faultAtLine(db, place, { message: `${variable} has a meaning already, and needs no declaration` }));
    } else declared.set(variable, { ...declaration, place });
  }
  return declared;
}
