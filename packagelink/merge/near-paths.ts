// What somebody may have meant who asked for a path that no package has. In: the path, all paths. Out: a few of them.
// Never: I/O.
import { basename, dirname } from 'node:path/posix';
import type { MergeInput } from './merge.ts';
import { pathOnTarget } from '../package/preprocess.ts';

/** `template` is the name of the file that it is made of. */
type KnownPath = { readonly path: string; readonly target?: string; readonly template?: string };

const MOST = 5;

/** Every path that a merge would have. */
export function knownPathsOf({ layers, generated = [] }: Pick<MergeInput, 'layers' | 'generated'>): KnownPath[] {
  return [
    ...layers.flatMap(({ manifest }) =>
      manifest.entries.map((entry): KnownPath => {
        if (entry.type === 'symlink') return { path: entry.path, target: entry.target };
        if (entry.type !== 'file' || entry.template === undefined) return { path: entry.path };
        return { path: pathOnTarget(entry.path, manifest.suffix), template: entry.path };
      }),
    ),
    ...generated,
  ];
}

/**
 * Paths close to one that nobody has, nearest first: what a template of that name becomes; through a symbolic link on the way; with
 * the same last name elsewhere; with the same beginning in the same directory.
 */
export function nearPaths(wanted: string, known: readonly KnownPath[]): string[] {
  const paths = new Set(known.map(({ path }) => path));
  const made = known.filter(({ template }) => template === wanted).map(({ path }) => path);
  const straight = [...made, pathOnTarget(wanted), ...throughLinks(wanted, known)].filter((path) => paths.has(path));
  const name = basename(pathOnTarget(wanted)).toLowerCase();
  const others = [...paths].toSorted();
  const sameName = others.filter((path) => basename(path).toLowerCase() === name);
  const start = name.slice(0, 3);
  const beside = others.filter((path) => {
    return dirname(path) === dirname(wanted) && basename(path).toLowerCase().startsWith(start);
  });
  return [...new Set([...straight, ...sameName, ...beside])].slice(0, MOST);
}

function throughLinks(wanted: string, known: readonly KnownPath[]): string[] {
  return known
    .filter(({ path, target }) => target !== undefined && wanted.startsWith(`${path}/`))
    .map(({ path, target = '' }) => {
      const start = target.startsWith('/') ? '' : dirname(path);
      const words: string[] = [];
      for (const word of `${start}/${target}/${wanted.slice(path.length + 1)}`.split('/')) {
        if (word === '..') words.pop();
        else if (word !== '' && word !== '.') words.push(word);
      }
      return words.join('/');
    });
}
