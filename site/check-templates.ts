// Has a machine what the templates of its packages use? In: the packages of a site, a record. Out: faults at the lines of
// the templates. A variable that begins a line may be undefined; one inside a line would make the night fail.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import type { Machine, RecordCheck } from '../machdb/types.ts';
import { mergeTree, variablesUsedBy } from '../packagelink/merge/merge.ts';
import type { Layer } from '../packagelink/merge/merge.ts';
import { listTemplateUses, pathOnTarget } from '../packagelink/package/preprocess.ts';
import { packagesOf } from './packages.ts';
import type { SitePackage } from './site-templates.ts';

/** One `##VAR##` inside a line of a template that a machine would get. */
type Use = { readonly variable: string; readonly file: string; readonly line: number };
/** What some machines get: those with the same packages get the same. */
type PackageSet = {
  readonly variables: readonly string[];
  readonly faults: readonly Fault[];
  readonly uses: () => Use[];
};

/** A check that reads templates only when a machine lacks a variable. */
export function checkTemplates(packages: ReadonlyMap<string, SitePackage>): RecordCheck {
  const available = new Set(packages.keys());
  const sets = new Map<string, PackageSet>();
  const setOf = ({ values }: Machine): PackageSet => {
    const [PACKAGES = '', OSREV = '', ARCH = ''] = ['PACKAGES', 'OSREV', 'ARCH'].map((name) => values.get(name));
    const key = [PACKAGES, OSREV, ARCH].join('\0');
    const known = sets.get(key) ?? describeSet(packagesOf({ PACKAGES, OSREV, ARCH }, available).found, packages);
    sets.set(key, known);
    return known;
  };
  return (machine) => {
    const { variables, faults, uses } = setOf(machine);
    const missing = variables.filter((variable) => !machine.values.has(variable));
    const lacking = missing.length === 0 ? [] : uses().filter(({ variable }) => missing.includes(variable));
    return [...faults, ...lacking.map((use) => describeLack(machine, use))];
  };
}

function describeLack({ name }: Machine, { variable, file, line }: Use): Fault {
  const message = `##${variable}## stands inside a line, but not every machine that gets it defines ${variable}`;
  return { severity: 'error', where: file, line, message, suggestion: `${name} is one that does not` };
}

function describeSet(names: readonly string[], packages: ReadonlyMap<string, SitePackage>): PackageSet {
  const found = names.flatMap((name) => {
    const known = packages.get(name);
    return known === undefined ? [] : [{ name, ...known }];
  });
  const layers = found.flatMap(({ name, manifest }): Layer[] =>
    manifest === undefined ? [] : [{ name, manifest, priority: manifest.priority }],
  );
  const inline = layers.flatMap(({ manifest }) =>
    manifest.entries.flatMap((entry) => (entry.type === 'file' ? (entry.template?.inline ?? []) : [])),
  );
  let uses: Use[] | undefined;
  return {
    variables: [...new Set(inline)],
    faults: found.flatMap(({ faults }) => faults),
    uses: () => (uses ??= listUses(layers, packages)),
  };
}

/** Of the templates that are laid down: a package of higher priority may hide one. */
function listUses(layers: readonly Layer[], packages: ReadonlyMap<string, SitePackage>): Use[] {
  const winners = listWinners(layers);
  return layers.flatMap(({ name, manifest }) =>
    manifest.entries.flatMap((entry) => {
      if (entry.type !== 'file' || entry.template === undefined) return [];
      if (winners !== undefined && !winners.has(`${name} ${pathOnTarget(entry.path, manifest.suffix)}`)) return [];
      const file = join(packages.get(name)?.dir ?? '', entry.path);
      const inside = listTemplateUses(readFileSync(file)).filter(({ leading }) => !leading);
      return inside.map(({ variable, line }) => ({ variable, file, line }));
    }),
  );
}

/** `PACKAGE PATH` of what is laid down; undefined when the packages do not merge, which is not asked here. */
function listWinners(layers: readonly Layer[]): Set<string> | undefined {
  const defines = Object.fromEntries(variablesUsedBy(layers.map(({ manifest }) => manifest)).map((name) => [name, '']));
  try {
    const { entries } = mergeTree({ layers, defines });
    return new Set(entries.map(({ owner, path }) => `${owner} ${path}`));
  } catch (error) {
    if (error instanceof FaultsError) return undefined;
    throw error;
  }
}
