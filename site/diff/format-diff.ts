// The comparison of two sites for a reader. In: a comparison, a way to compare texts. Out: lines: a summary first, then
// each group with its paths. Never: prints; shows a secret.
import { foldSome } from '../../machdb/diff/fold-names.ts';
import { countOf } from '../../machdb/views/printable.ts';
import type { FileChange } from './compare-machine.ts';
import type { ChangedGroup, FaultyGroup, SiteDiff } from './compare-sites.ts';
import { detailChange, secretHider } from './detail-group.ts';
import { formatPath } from './format-path.ts';
import type { DiffTexts } from './unified-diff.ts';

export type DiffStyle = {
  /** Counts instead of paths. */
  readonly stat: boolean;
  /** Everything of every path, however long it is. */
  readonly whole: boolean;
  readonly from: string;
  readonly to: string;
};

const MOST_PATHS = 100;
const MOST_IMAGE_PATHS = 20;

/** True when a machine was added, removed, or differs. */
export function hasDifferences({ added, removed, groups, faulty }: SiteDiff): boolean {
  return added.length + removed.length + groups.length + faulty.length > 0;
}

/** Every line but of the groups' paths is made of names that a site has chosen. */
export async function formatSiteDiff(diff: SiteDiff, style: DiffStyle, diffTexts: DiffTexts): Promise<string[]> {
  const lines = [summarize(diff), `from ${style.from} to ${style.to}`, ...remarks(diff)];
  for (const [what, names] of [
    ['added', diff.added],
    ['removed', diff.removed],
  ] as const) {
    if (names.length > 0) lines.push('', `${foldSome(names)} (${countOf(names.length, 'machine')}): ${what}`);
  }
  for (const group of diff.faulty) lines.push('', ...formatFaulty(group));
  for (const group of diff.groups) lines.push('', ...(await formatGroup(group, style, diffTexts)));
  return lines;
}

/** `30 machines in 2 groups; 1 machine added; 1,970 unchanged` */
function summarize(diff: SiteDiff): string {
  const { added, removed, groups, faulty, unchanged } = diff;
  if (!hasDifferences(diff)) return `no differences; ${countOf(unchanged, 'machine')} unchanged`;
  const changed = countMachines(groups);
  const broken = countMachines(faulty);
  return [
    ...(changed === 0 ? [] : [`${countOf(changed, 'machine')} in ${countOf(groups.length, 'group')}`]),
    ...(broken === 0 ? [] : [`${countOf(broken, 'machine')} with other faults`]),
    ...(added.length === 0 ? [] : [`${countOf(added.length, 'machine')} added`]),
    ...(removed.length === 0 ? [] : [`${countOf(removed.length, 'machine')} removed`]),
    `${unchanged.toLocaleString('en-US')} unchanged`,
  ].join('; ');
}

function remarks({ missingImages, uncompared }: SiteDiff): string[] {
  return [
    ...missingImages.map((name) => `note: the store has no OS package ${name}; only what lies above it is compared`),
    ...uncompared.map(
      ({ machines, after }) =>
        `note: ${foldSome(machines)} (${countOf(machines.length, 'machine')}) cannot be compared: ${(after ?? []).join('; ')}`,
    ),
  ];
}

function formatFaulty({ machines, before, after }: FaultyGroup): string[] {
  const head = `${foldSome(machines)} (${countOf(machines.length, 'machine')})`;
  if (after === undefined)
    return [`${head}: can be installed again; before:`, ...(before ?? []).map((text) => `  - ${text}`)];
  return [
    `${head}: cannot be installed as described:`,
    ...(before ?? []).map((text) => `  - ${text}`),
    ...after.map((text) => `  + ${text}`),
  ];
}

async function formatGroup(group: ChangedGroup, style: DiffStyle, diffTexts: DiffTexts): Promise<string[]> {
  const { machines, changes, notices } = group;
  const hide = secretHider(group.pair);
  const lines = [
    `${foldSome(machines)} (${countOf(machines.length, 'machine')}): ${countChanges(changes)}`,
    ...notices.map((notice) => `  ${hide(notice)}`),
  ];
  if (style.stat) return lines;
  if (machines.length > 1 && changes.some(isOpenChange)) lines.push(`  as on ${machines[0]}`);
  const { shown, left } = chooseShown(changes, style);
  for (const change of shown) lines.push(...formatPath(await detailChange(change, group, diffTexts), style.whole));
  return [...lines, ...left];
}

function chooseShown(
  changes: readonly FileChange[],
  { whole }: DiffStyle,
): { shown: readonly FileChange[]; left: string[] } {
  if (whole) return { shown: changes, left: [] };
  const ofImage = changes.filter(isOfImage);
  const listed = ofImage.length > MOST_IMAGE_PATHS ? changes.filter((change) => !isOfImage(change)) : changes;
  const shown = listed.slice(0, MOST_PATHS);
  return {
    shown,
    left: [
      ...(listed.length === shown.length ? [] : [`  … and ${countOf(listed.length - shown.length, 'more path')}`]),
      ...(listed === changes ? [] : [`  of the OS package: ${countChanges(ofImage)}; --path '**' shows them`]),
    ],
  };
}

function isOfImage({ entries: { before, after } }: FileChange): boolean {
  return [before, after].every((entry) => entry === undefined || entry.class === 'image');
}

function isOpenChange({ entries }: FileChange): boolean {
  return [entries.before, entries.after].some((entry) => entry?.type === 'file' && entry.content.kind !== 'packed');
}

/** `1 path added, 2 changed` */
function countChanges(changes: readonly FileChange[]): string {
  const counts = (['added', 'removed', 'changed'] as const)
    .map((kind) => ({ kind, count: changes.filter((change) => change.kind === kind).length }))
    .filter(({ count }) => count > 0);
  const texts = counts.map(({ kind, count }, index) => {
    return index === 0 ? `${countOf(count, 'path')} ${kind}` : `${count.toLocaleString('en-US')} ${kind}`;
  });
  return texts.length === 0 ? 'no path differs' : texts.join(', ');
}

function countMachines(groups: readonly { readonly machines: readonly string[] }[]): number {
  return groups.reduce((sum, { machines }) => sum + machines.length, 0);
}
