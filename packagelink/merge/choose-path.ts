// Which package owns one path. In: all candidates for it. Out: the winner, faults, notices. Never: I/O.
import type { Fault } from '../../lib/errors.ts';
import { GENERATED_PRIORITY, TARGET_OWNER } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { contentKey, ownerOf, xattrsKey } from '../tree/tree.ts';

type PathChoice = {
  readonly winner: Candidate;
  readonly faults: readonly Fault[];
  readonly notices: readonly string[];
};

/**
 * The highest priority wins; equal priority with different bytes or metadata is a fault. A directory takes its
 * metadata from the highest package that states any. A directory never replaces something else.
 */
export function choosePath(candidates: readonly Candidate[]): PathChoice {
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return { winner: leftAsFound(only), faults: [], notices: [] };
  const areDirectories = candidates.every((candidate) => candidate.body.type === 'directory');
  const ranked = candidates.map(liftOverride).toSorted(areDirectories ? byStatementAndRank : byRank);
  const [first] = ranked as [Candidate, ...Candidate[]];
  const winner = { ...first, replaces: candidates.some((candidate) => candidate.replaces) };
  const faults = [
    ...ranked.filter((other) => other !== first && isConflict(winner, other)).map((other) => conflict(winner, other)),
    ...ranked.filter((other) => isOverride(winner, other)).map((other) => unnamedOverride(winner, other)),
    ...typeClash(winner, ranked),
  ];
  const notices = ranked.filter((other) => isShadowed(winner, other)).map((other) => shadowNotice(winner, other));
  return { winner: winner.owner === TARGET_OWNER ? claimedBy(winner, ranked) : winner, faults, notices };
}

// A directory that was there before any package, and of which no package says anything, keeps what it has.
function claimedBy(winner: Candidate, ranked: readonly Candidate[]): Candidate {
  const highest = ranked.filter((candidate) => candidate.owner !== TARGET_OWNER).toSorted(byRank)[0];
  if (highest === undefined) return winner;
  const { owner, priority } = highest;
  return { ...winner, owner, priority, class: 'mutable' };
}

function leftAsFound(only: Candidate): Candidate {
  return only.owner === TARGET_OWNER && !only.stated ? { ...only, class: 'mutable' } : only;
}

function liftOverride(candidate: Candidate): Candidate {
  if (!candidate.overrides) return candidate;
  return { ...candidate, priority: Math.max(candidate.priority, GENERATED_PRIORITY + 1) };
}

// Among directories, those that state nothing come last, whatever their priority.
function byStatementAndRank(left: Candidate, right: Candidate): number {
  return left.stated === right.stated ? byRank(left, right) : left.stated ? -1 : 1;
}

/** The highest priority first. Names settle the rest, so that the order of the layers means nothing. */
export function byRank(left: Candidate, right: Candidate): number {
  if (left.priority !== right.priority) return right.priority - left.priority;
  return left.owner < right.owner ? -1 : left.owner > right.owner ? 1 : 0;
}

function isConflict(winner: Candidate, other: Candidate): boolean {
  if (other.priority !== winner.priority) return false;
  if (winner.body.type === 'directory' && other.body.type === 'directory' && !(winner.stated && other.stated))
    return false;
  return other.owner === winner.owner || identityOf(winner) !== identityOf(other);
}

function conflict(winner: Candidate, other: Candidate): Fault {
  const pair =
    other.owner === winner.owner
      ? `package ${winner.owner} has it twice, once as a template`
      : `packages ${winner.owner} (${describeCandidate(winner)}) and ${other.owner} (${describeCandidate(other)}) differ, both of priority ${winner.priority}`;
  return {
    severity: 'error',
    where: winner.path,
    message: pair,
    suggestion: 'give one of them a higher priority in its .packagelink.yaml',
  };
}

function isOverride(winner: Candidate, other: Candidate): boolean {
  return (
    other.class === 'generated' && winner.class !== 'generated' && !winner.overrides && winner.body.type !== 'directory'
  );
}

function unnamedOverride(winner: Candidate, other: Candidate): Fault {
  return {
    severity: 'error',
    where: winner.path,
    message: `package ${winner.owner} (priority ${winner.priority}) would replace what ${other.owner} renders for the machine`,
    suggestion: `name the path under overrides: in the .packagelink.yaml of ${winner.owner}`,
  };
}

function isShadowed(winner: Candidate, other: Candidate): boolean {
  return winner.class === 'generated' && other.class === 'package' && other.body.type !== 'directory';
}

function shadowNotice(winner: Candidate, other: Candidate): string {
  return `${other.path} of ${other.owner} is overridden by ${winner.owner}; to keep it, name it under overrides: in .packagelink.yaml`;
}

// A directory over a symbolic link is how `lib/x` in a site package would break a system whose lib is usr/lib.
function typeClash(winner: Candidate, ranked: readonly Candidate[]): Fault[] {
  if (winner.body.type !== 'directory') return [];
  const other = ranked.find(
    (candidate) => candidate.body.type !== 'directory' && candidate.priority !== winner.priority,
  );
  if (other === undefined) return [];
  const what = other.body.type === 'symlink' ? `a symlink to ${other.body.target}` : `a ${nameOf(other.body)}`;
  const message = `is a directory in ${winner.owner}, but ${what} ${placeOf(other.owner)}`;
  const isAbove = winner.priority > other.priority;
  const suggestions = [
    ...(other.body.type === 'symlink' ? [`put the files of ${winner.owner} under ${other.body.target}`] : []),
    ...(other.body.type === 'symlink' ? [`name the path under follow: in its .packagelink.yaml`] : []),
    ...(isAbove ? [`name the path under replace: in the .packagelink.yaml of ${winner.owner}`] : []),
  ];
  const suggestion = suggestions.length === 0 ? {} : { suggestion: suggestions.join(', or ') };
  return [{ severity: 'error', where: winner.path, message, ...suggestion }];
}

/** `in debian`, or that it is on the target and no package's. */
export function placeOf(owner: string): string {
  return owner === TARGET_OWNER ? 'on the target, and no package put it there' : `in ${owner}`;
}

function nameOf(body: Candidate['body']): string {
  return body.type === 'special' ? `special file (${body.node})` : body.type;
}

/** Equal for equal bytes and metadata; times and holes make no difference. */
export function identityOf({ body }: Candidate): string {
  return `${body.type} ${body.mode} ${ownerOf(body)} ${xattrsKey(body.xattrs)} ${contentKey(body)}`;
}

/** Type, mode, owner and beginning of the content's digest: `file 0644 0:0 3f5a9c01b2d4`. */
export function describeCandidate({ body }: Candidate): string {
  const xattrs = xattrsKey(body.xattrs);
  const suffix = xattrs === '' ? '' : ` ${xattrs}`;
  const metadata = `${body.mode.toString(8).padStart(4, '0')} ${ownerOf(body)}${suffix}`;
  if (body.type === 'directory') return `directory ${metadata}`;
  if (body.type === 'special') return `${body.node}, ${metadata}`;
  if (body.type === 'file') return `file ${metadata} ${body.sourceKey.slice(0, 12)}`;
  // A link's mode means nothing, and hardly any belongs to somebody.
  const unusual = `${ownerOf(body)}${suffix}`;
  return `symlink to ${body.target}${unusual === '0:0' ? '' : `, ${unusual}`}`;
}
