// What a user names on the command line. In: words. Out: which package is meant. Never: reads the package.
import { basename, resolve } from 'node:path';
import { lstatSync, realpathSync } from 'node:fs';
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { packageNameSchema, prioritySchema } from './manifest.ts';

/** A directory, or a name in a store. `priority` is undefined when the package says it itself. */
export type NamedPackage = { readonly name: string; readonly priority: number | undefined } & (
  | { readonly kind: 'tree'; readonly root: string }
  | { readonly kind: 'store' }
);

/**
 * Reads `[PRIORITY:]TREE`. With a store, a word without a slash is a name in it.
 * @throws FaultsError for all words at once
 */
export function parsePackages(words: readonly string[], { hasStore }: { hasStore: boolean }): NamedPackage[] {
  const faults: Fault[] = [];
  const named = words.flatMap((word) => {
    try {
      return [parsePackage(word, hasStore)];
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

function parsePackage(word: string, hasStore: boolean): NamedPackage {
  const match = /^(\d+):(.+)$/.exec(word);
  const text = match?.[2] ?? word;
  const priority = match === null ? undefined : parseEdge(prioritySchema, Number(match[1]), word);
  if (hasStore && !text.includes('/'))
    return { kind: 'store', name: parseEdge(packageNameSchema, text, word), priority };
  const stat = lstatSync(resolve(text), { throwIfNoEntry: false });
  if (stat === undefined) throw new UserError('there is no such directory', { hint: hintFor(text) });
  const root = realpathSync(text);
  if (!lstatSync(root).isDirectory()) throw new UserError('is not a directory; a package is a directory tree');
  const name = packageNameSchema.safeParse(basename(root));
  if (name.success) return { kind: 'tree', name: name.data, root, priority };
  throw new UserError(`its name '${basename(root)}' cannot be that of a package`, {
    hint: 'letters, digits and . _ + @ - make a name',
  });
}

function hintFor(text: string): string {
  return text.includes('/') ? 'check the path' : 'for a package of a store, give --store';
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
