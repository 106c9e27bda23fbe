// What a user names on the command line. In: words. Out: which package is meant. Never: reads the package.
import { basename, dirname, join, resolve } from 'node:path';
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { packageNameSchema, prioritySchema } from './manifest.ts';
import { chooseVariant, variantsOf } from './package-variant.ts';
import type { VariantKey } from './package-variant.ts';

/** A directory, or a name in a store. `priority` is undefined when the package says it itself. */
export type NamedPackage = {
  readonly name: string;
  readonly priority: number | undefined;
  /** The other variants that could have been chosen: a target has one of them. */
  readonly others: readonly string[];
} & ({ readonly kind: 'tree'; readonly root: string } | { readonly kind: 'store' });

type Naming = {
  /** What decides between the variants of a package. */
  readonly machine: VariantKey;
  /** Given where there is a store. */
  readonly isInStore?: ((name: string) => boolean) | undefined;
};

/**
 * Reads `[PRIORITY:]TREE`. With a store, a word without a slash is a name in it. Of variants beside each other, the one
 * for the machine is meant.
 * @throws FaultsError for all words at once
 */
export function parsePackages(words: readonly string[], naming: Naming): NamedPackage[] {
  const faults: Fault[] = [];
  const named = words.flatMap((word) => {
    try {
      return [parsePackage(word, naming)];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const faultsOfWord = error instanceof FaultsError ? error.faults : [fault(word, error.message, error.hint)];
      faults.push(...faultsOfWord);
      return [];
    }
  });
  faults.push(...findDoubles(named));
  if (faults.length > 0) throw new FaultsError('the packages to link', faults);
  return named;
}

function parsePackage(word: string, { machine, isInStore }: Naming): NamedPackage {
  const match = /^(\d+):(.+)$/.exec(word);
  const text = match?.[2] ?? word;
  const priority = match === null ? undefined : parseEdge(prioritySchema, Number(match[1]), word);
  if (isInStore !== undefined && !text.includes('/')) {
    const given = parseEdge(packageNameSchema, text, word);
    const name = chooseVariant(given, machine, isInStore) ?? given;
    return { kind: 'store', name, priority, others: othersOf(given, name, machine) };
  }
  const given = resolve(text);
  const chosen = chooseTree(given, machine);
  const stat = lstatSync(chosen, { throwIfNoEntry: false });
  if (stat === undefined) throw new UserError('there is no such directory', { hint: hintFor(text) });
  const root = realpathSync(chosen);
  if (!lstatSync(root).isDirectory()) throw new UserError('is not a directory; a package is a directory tree');
  const name = packageNameSchema.safeParse(basename(root));
  const others = othersOf(basename(given), basename(root), machine);
  if (name.success) return { kind: 'tree', name: name.data, root, priority, others };
  throw new UserError(`its name '${basename(root)}' cannot be that of a package`, {
    hint: 'letters, digits and . _ + @ - make a name',
  });
}

/** The directory itself, unless a variant for the machine lies beside it. */
function chooseTree(given: string, machine: VariantKey): string {
  const isVariant = (name: string) =>
    statSync(join(dirname(given), name), { throwIfNoEntry: false })?.isDirectory() === true;
  return join(dirname(given), chooseVariant(basename(given), machine, isVariant) ?? basename(given));
}

function othersOf(given: string, chosen: string, machine: VariantKey): string[] {
  return variantsOf(given, machine).filter((name) => name !== chosen);
}

function hintFor(text: string): string {
  const variant = listBeside(resolve(text)).find((name) => name.startsWith(`${basename(text)}@`));
  if (variant !== undefined) return `there is ${variant}, for other machines; name it to have it`;
  return text.includes('/') ? 'check the path' : 'for a package of a store, give --store';
}

function listBeside(place: string): string[] {
  try {
    return readdirSync(dirname(place)).toSorted();
  } catch {
    // It is only for a hint.
    return [];
  }
}

function findDoubles(named: readonly NamedPackage[]): Fault[] {
  const byName = Map.groupBy(named, ({ name }) => name);
  return [...byName].flatMap(([name, [first, ...others]]): Fault[] => {
    const [other] = others;
    if (first === undefined || other === undefined) return [];
    if (first.kind === 'tree' && other.kind === 'tree' && first.root !== other.root) {
      const message = `two trees have this name: ${first.root} and ${other.root}`;
      return [fault(name, message, 'rename one of them: a package is known by the last part of its path')];
    }
    return [fault(name, 'is given more than once')];
  });
}

function fault(where: string, message: string, suggestion?: string): Fault {
  return { severity: 'error', where, message, ...(suggestion === undefined ? {} : { suggestion }) };
}
