// Why a path is as it is. In: what a merge gets, one path. Out: who has it, who else would, by which rule, as data
// and as text; undefined when nobody has it. Never: I/O; throws for a faulty tree, of which it names what concerns the path.
import { formatFault } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { TARGET_OWNER, generatedCandidates, layerCandidates } from './candidates.ts';
import type { Candidate, Layer } from './candidates.ts';
import { choosePath, describeCandidate, identityOf } from './choose-path.ts';
import { compileGlobs } from '../package/glob.ts';
import type { MergeInput } from './merge.ts';
import type { TemplateUse } from '../package/preprocess.ts';
import { placeCandidates } from './place-candidates.ts';
import type { PathClass, WantedFile } from '../tree/tree.ts';

/** `merges` is a directory of two packages; `agrees` has the same bytes and metadata; `conflicts` is a fault. */
type Outcome = 'wins' | 'loses' | 'merges' | 'agrees' | 'conflicts';

/** What one package would put at the path. */
type Claim = {
  readonly owner: string;
  readonly priority: number;
  readonly outcome: Outcome;
  /** `etc/motd.plprocess`, where the package has a template. */
  readonly source: string;
  /** `file 0644 0:0 3f5a9c…`, `symlink to usr/bin`. */
  readonly what: string;
};

/** A pattern that decided; `owner` is a package, or the machine's record for its PIN. */
type MatchedGlob = { readonly owner: string; readonly glob: string };

export type PathExplanation = {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'special';
  readonly owner: string;
  /** Which rule made it the owner. */
  readonly why: string;
  readonly class: PathClass;
  /** The pattern that makes it mutable. */
  readonly mutable?: MatchedGlob;
  readonly pinned?: MatchedGlob;
  /** The owner's first, then by priority. */
  readonly claims: readonly Claim[];
  /** Names that are hard links of each other in the owner's package, this one included. */
  readonly links: readonly string[];
  /** Variables that stand inside a line of the template and have no value. */
  readonly undefinedVariables: readonly string[];
  readonly faults: readonly Fault[];
  /** Where the bytes come from, for a file. */
  readonly content?: WantedFile['content'];
};

/** Explains one path, named as in packages: `etc/motd`. The answer agrees with mergeTree. */
export function explainPath(input: MergeInput, path: string): PathExplanation | undefined {
  const { layers, generated = [], defines, directories = 'merge' } = input;
  const given = [...layers.flatMap((layer) => layerCandidates(layer, defines)), ...generatedCandidates(generated)];
  const { candidates: all } = placeCandidates(given, { layers, directories });
  const candidates = all.filter((candidate) => candidate.path === path);
  if (candidates.length === 0) return undefined;
  const { winner, faults } = choosePath(candidates);
  const others = candidates
    .filter(({ owner, body }) => owner !== winner.owner || body !== winner.body)
    .toSorted((left, right) => right.priority - left.priority || (left.owner < right.owner ? -1 : 1));
  const first = candidates.find(({ body }) => body === winner.body) ?? winner;
  const mutable = mutableBy(winner, input);
  const pinned = globFor(winner, layers, 'pin') ?? pinOfMachine(path, input.pins ?? []);
  const { body } = winner;
  return {
    path,
    type: body.type,
    owner: winner.owner,
    why: explainChoice(winner, others),
    class: mutable === undefined ? winner.class : 'mutable',
    ...(mutable === undefined ? {} : { mutable }),
    ...(pinned === undefined ? {} : { pinned }),
    claims: [asClaim(first, 'wins'), ...others.map((other) => asClaim(other, outcomeOf(winner, other)))],
    links: linksOf(winner, all),
    undefinedVariables: winner.undefinedVariables,
    faults,
    ...(body.type === 'file' ? { content: body.content } : {}),
  };
}

function asClaim(candidate: Candidate, outcome: Outcome): Claim {
  const { owner, priority, path, suffix = '' } = candidate;
  const implied = candidate.stated ? '' : ', which it does not state';
  return {
    owner,
    priority,
    outcome,
    source: `${path}${suffix}`,
    what: describeCandidate(candidate) + implied,
  };
}

function outcomeOf(winner: Candidate, other: Candidate): Outcome {
  if (winner.body.type === 'directory' && other.body.type === 'directory') return 'merges';
  if (other.priority !== winner.priority) return 'loses';
  return other.owner !== winner.owner && identityOf(winner) === identityOf(other) ? 'agrees' : 'conflicts';
}

function explainChoice(winner: Candidate, others: readonly Candidate[]): string {
  const [rival] = others;
  if (rival === undefined) return 'no other package has it';
  if (winner.body.type === 'directory' && others.every(({ body }) => body.type === 'directory')) {
    return winner.stated
      ? 'directories merge; it is the highest package that states owner and mode'
      : 'directories merge; no package states owner and mode';
  }
  if (winner.overrides && others.some((other) => other.class === 'generated'))
    return 'it names the path under overrides:';
  if (rival.priority === winner.priority) {
    return identityOf(winner) === identityOf(rival)
      ? `${rival.owner} has the same at the same priority ${winner.priority}; the first by name counts`
      : `${rival.owner} has another one at the same priority ${winner.priority}`;
  }
  if (rival.owner === TARGET_OWNER) return 'a package is above what stood there before it';
  return `priority ${winner.priority} is above ${rival.priority}`;
}

// A glob speaks for its own package and for those below it.
function globFor(winner: Candidate, layers: readonly Layer[], key: 'mutable' | 'pin'): MatchedGlob | undefined {
  for (const { name, priority, manifest } of layers) {
    if (priority < winner.priority) continue;
    const glob = manifest[key].find((pattern) => compileGlobs([pattern])(winner.path));
    if (glob !== undefined) return { owner: name, glob };
  }
  return undefined;
}

function mutableBy(winner: Candidate, { layers, generated = [] }: MergeInput): MatchedGlob | undefined {
  const isSaid = winner.class === 'generated' && generated.some((file) => file.path === winner.path && file.mutable);
  return isSaid ? { owner: winner.owner, glob: winner.path } : globFor(winner, layers, 'mutable');
}

function pinOfMachine(path: string, pins: readonly string[]): MatchedGlob | undefined {
  const glob = pins.find((pattern) => compileGlobs([pattern])(path));
  return glob === undefined ? undefined : { owner: "the machine's PIN", glob };
}

function linksOf({ linkGroup }: Candidate, all: readonly Candidate[]): string[] {
  if (linkGroup === undefined) return [];
  return all
    .filter((candidate) => candidate.linkGroup === linkGroup)
    .map(({ path }) => path)
    .toSorted();
}

/** A use of a variable with its value; null where it is not defined. */
export type ResolvedUse = TemplateUse & { readonly value: string | null };

const CLASSES: Readonly<Record<PathClass, string>> = {
  image: 'image: kept by every run with OSMODE=image, left to the package manager with OSMODE=packages',
  package: 'package: kept by every run',
  generated: 'generated: rendered for the machine, kept by every run',
  mutable: 'mutable: installed once, then left alone',
};

const OUTCOMES: Readonly<Record<Claim['outcome'], string>> = {
  wins: '',
  loses: 'is overridden',
  merges: 'merges',
  agrees: 'has the same',
  conflicts: 'conflicts',
};

/** Owner, rule, class, the others and the template's variables, for a person; `root` stands before each path. */
export function formatPathExplanation(
  explanation: PathExplanation,
  uses: readonly ResolvedUse[],
  root = '/',
): string[] {
  const { path, claims, mutable, pinned, links, faults } = explanation;
  const [first, ...others] = claims;
  return [
    `${root}${path}: ${explanation.owner}`,
    ...(first === undefined
      ? []
      : [`    priority ${first.priority}: ${explanation.why}`, `    ${describeClaim(first, path)}`]),
    `    ${CLASSES[explanation.class]}${mutable === undefined ? '' : ` ('${mutable.glob}' of ${mutable.owner})`}`,
    ...(pinned === undefined ? [] : [`    pinned: left alone once installed ('${pinned.glob}' of ${pinned.owner})`]),
    ...(links.length < 2 ? [] : [`    one file with the names ${links.map((name) => `${root}${name}`).join(', ')}`]),
    ...others.map(
      (claim) =>
        `    ${claim.owner} (priority ${claim.priority}) ${OUTCOMES[claim.outcome]}: ${describeClaim(claim, path)}`,
    ),
    ...uses.map((use) => `    line ${use.line}: ##${use.variable}## ${describeUse(use)}`),
    ...faults.flatMap((fault) => formatFault(fault).split('\n')).map((line) => `    ${line}`),
  ];
}

function describeClaim({ source, what }: Claim, path: string): string {
  return source === path ? what : `${what}, from the template ${source}`;
}

function describeUse({ leading, value }: ResolvedUse): string {
  const where = leading ? 'at the start of the line' : 'inside the line';
  if (value !== null) return `${where} becomes "${value}"`;
  return `${where} is not defined: ${leading ? 'it stays, as a comment' : 'a fault'}`;
}
