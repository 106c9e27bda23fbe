// Where packages meet with other types than their own. In: the candidates of all packages, what each says in `follow`,
// `replace` and `directories`. Out: the candidates that remain, where they belong. Never: I/O; decides who wins a path.
import type { Fault } from '../../lib/errors.ts';
import { TARGET_OWNER } from './candidates.ts';
import type { Candidate, Layer } from './candidates.ts';
import { byRank } from './choose-path.ts';
import { parentOf } from '../package/package-path.ts';
import { resolveInside } from './resolve-inside.ts';

type Placing = {
  readonly layers: readonly Layer[];
  /** `same-priority`: every package hides the directories of those below it, whatever it says itself. */
  readonly directories: 'merge' | 'same-priority';
};

type Placed = { readonly candidates: readonly Candidate[]; readonly faults: readonly Fault[] };

/** Moves what follows a link, then drops what is hidden or replaced. */
export function placeCandidates(candidates: readonly Candidate[], { layers, directories }: Placing): Placed {
  const followed = layers.reduce<Placed>(
    (placed, layer) => ((layer.manifest.follow ?? []).length === 0 ? placed : followLinks(placed, layer)),
    { candidates, faults: [] },
  );
  const hiding = layers.filter((layer) => directories === 'same-priority' || layer.manifest.directories !== undefined);
  const seen = hiding.reduce((left, layer) => hideBelow(left, layer), followed.candidates);
  const replacing = layers.filter((layer) => (layer.manifest.replace ?? []).length > 0);
  return {
    candidates: replacing.reduce((left, layer) => dropReplaced(left, layer), seen),
    faults: followed.faults,
  };
}

function followLinks({ candidates, faults }: Placed, { name, manifest }: Layer): Placed {
  const links = symlinksOfOthers(candidates, name);
  const moves = new Map<string, string>();
  const more: Fault[] = [];
  for (const path of manifest.follow ?? []) {
    if (!links.has(path)) continue;
    const leadsTo = resolveInside(path, (link) => links.get(link));
    if (leadsTo !== undefined) moves.set(path, leadsTo);
    else more.push(outside(path, name, links.get(path) ?? ''));
  }
  if (moves.size === 0) return { candidates, faults: [...faults, ...more] };
  const moved = candidates.flatMap((candidate) => (candidate.owner === name ? move(candidate, moves) : [candidate]));
  return { candidates: dropDoubleDirectories(moved, name), faults: [...faults, ...more] };
}

function outside(where: string, owner: string, target: string): Fault {
  const message = `${owner} follows the symlink to ${target}, but it leads nowhere inside the target`;
  return { severity: 'error', where, message };
}

/** Where the highest of the other packages has a link, its target. */
function symlinksOfOthers(candidates: readonly Candidate[], name: string): Map<string, string> {
  const highest = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const other = highest.get(candidate.path);
    if (candidate.owner === name || (other !== undefined && byRank(other, candidate) <= 0)) continue;
    highest.set(candidate.path, candidate);
  }
  const links = new Map<string, string>();
  for (const [path, { body }] of highest) if (body.type === 'symlink') links.set(path, body.target);
  return links;
}

function move(candidate: Candidate, moves: ReadonlyMap<string, string>): Candidate[] {
  const from = ancestorIn(candidate.path, moves) ?? (moves.has(candidate.path) ? candidate.path : undefined);
  if (from === undefined) return [candidate];
  const to = moves.get(from) ?? '';
  if (candidate.path === from) return impliedDirectories(candidate, to);
  const rest = candidate.path.slice(from.length + 1);
  return [{ ...candidate, path: to === '' ? rest : `${to}/${rest}` }];
}

// The directory that the link stands for, should nobody else have it, and those above it.
function impliedDirectories(candidate: Candidate, path: string): Candidate[] {
  const made: Candidate[] = [];
  for (let at: string | undefined = path; at !== undefined && at !== ''; at = parentOf(at)) {
    const body = { type: 'directory', mode: 0o755, uid: 0, gid: 0 } as const;
    made.push({ ...candidate, path: at, stated: false, body, entry: undefined });
  }
  return made;
}

// Of a directory that a package now has twice, the one that states something counts.
function dropDoubleDirectories(candidates: readonly Candidate[], name: string): Candidate[] {
  const kept = new Map<string, Candidate>();
  for (const candidate of candidates) {
    if (candidate.owner !== name || candidate.body.type !== 'directory') continue;
    const other = kept.get(candidate.path);
    if (other === undefined || (!other.stated && candidate.stated)) kept.set(candidate.path, candidate);
  }
  return candidates.filter(
    (candidate) =>
      candidate.owner !== name || candidate.body.type !== 'directory' || kept.get(candidate.path) === candidate,
  );
}

// Never hidden: the OS, whose directories a machine cannot do without; what is rendered for the machine; the target.
function hideBelow(candidates: readonly Candidate[], { name, priority }: Layer): Candidate[] {
  const directories = new Map<string, string>();
  for (const { owner, path, body } of candidates) {
    if (owner === name && body.type === 'directory') directories.set(path, path);
  }
  return candidates.filter((candidate) => {
    if (candidate.class !== 'package' || candidate.owner === TARGET_OWNER || candidate.priority >= priority)
      return true;
    return ancestorIn(candidate.path, directories) === undefined;
  });
}

function dropReplaced(candidates: readonly Candidate[], { name, priority, manifest }: Layer): Candidate[] {
  const replaced = new Set(manifest.replace);
  const own = new Map<string, Candidate['body']['type']>();
  for (const { owner, path, body } of candidates) {
    if (owner === name && replaced.has(path)) own.set(path, body.type);
  }
  const leaves = new Map([...own].filter(([, type]) => type !== 'directory'));
  return candidates.filter((candidate) => {
    if (candidate.class === 'generated' || candidate.priority >= priority) return true;
    if (own.get(candidate.path) === 'directory') return candidate.body.type === 'directory';
    return ancestorIn(candidate.path, leaves) === undefined;
  });
}

/** The highest path above `path` that is a key. */
function ancestorIn(path: string, keys: ReadonlyMap<string, unknown>): string | undefined {
  if (keys.size === 0) return undefined;
  let found: string | undefined;
  for (let at = parentOf(path); at !== undefined; at = parentOf(at)) if (keys.has(at)) found = at;
  return found;
}
