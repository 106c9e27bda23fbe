import { formatFault } from '../../lib/errors.ts';
import type { Claim, PathExplanation } from './explain-path.ts';
import type { TemplateUse } from '../package/preprocess.ts';
import type { PathClass } from '../tree/tree.ts';

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
