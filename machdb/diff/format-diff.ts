import { countOf, quote, shorten } from '../views/printable.ts';
import type { Cause } from './causes.ts';
import { hasDifferences } from './compare.ts';
import type { MachdbDiff, MachineAt } from './compare.ts';
import type { Versions } from './changed-machine.ts';
import { foldSome } from './fold-names.ts';
import type { ChangeGroup, GroupedChange } from './group-machines.ts';

/** Whether each machine's name is on a line of its own. */
type NameStyle = { readonly eachName: boolean };

const MOST_PLACES = 3;
const LONGEST_LINE = 110;
const LONGEST_CAUSE = 90;

/** The whole comparison for a reader: a summary, then what was added and removed, then the groups. */
export function formatDiff(diff: MachdbDiff, style: NameStyle): string[] {
  return [
    summarize(diff),
    ...formatMachines('added', diff.added, style),
    ...formatMachines('removed', diff.removed, style),
    ...diff.groups.flatMap((group) => formatGroup(group, style)),
  ];
}

/** `588 machines in 3 groups; 2 machines added; 109,412 unchanged` */
function summarize(diff: MachdbDiff): string {
  const { added, removed, groups, unchanged } = diff;
  if (!hasDifferences(diff)) return `no differences; ${countOf(unchanged, 'machine')} unchanged`;
  const changed = groups.reduce((sum, { machines }) => sum + machines.length, 0);
  const parts = [
    ...(changed === 0 ? [] : [`${countOf(changed, 'machine')} in ${countOf(groups.length, 'group')}`]),
    ...(added.length === 0 ? [] : [`${countOf(added.length, 'machine')} added`]),
    ...(removed.length === 0 ? [] : [`${countOf(removed.length, 'machine')} removed`]),
    `${unchanged.toLocaleString('en-US')} unchanged`,
  ];
  return parts.join('; ');
}

function formatMachines(what: string, machines: readonly MachineAt[], style: NameStyle): string[] {
  if (machines.length === 0) return [];
  const names = machines.map(({ name }) => name);
  return [
    '',
    `${countOf(machines.length, 'machine')} ${what}${formatNames(names, style)}`,
    ...limit(machines.map(({ name, file, line }) => `    ${file}:${line}: ${name}`)),
    ...(style.eachName ? names.map((name) => `  ${name}`) : []),
  ];
}

function formatGroup({ machines, changes }: ChangeGroup, style: NameStyle): string[] {
  return [
    '',
    `${countOf(machines.length, 'machine')}${formatNames(machines, style)}`,
    ...changes.flatMap((change) => formatChange(change, machines[0] ?? '')),
    ...(style.eachName ? machines.map((name) => `  ${name}`) : []),
  ];
}

function formatNames(names: readonly string[], { eachName }: NameStyle): string {
  return eachName ? '' : `: ${foldSome(names)}`;
}

function formatChange({ variable, change, example, through, causes }: GroupedChange, first: string): string[] {
  return [
    ...(change.kind === 'words'
      ? [
          `  ${variable}: ${[...change.removed.map((word) => `-${word}`), ...change.added.map((word) => `+${word}`)].join(' ')}`,
        ]
      : formatVersions(`  ${variable}: `, change)),
    ...(change.template ? formatVersions(`    on ${first}: `, example) : []),
    ...(through.length === 0 ? [] : [`    through ${through.map((name) => `\${${name}}`).join(', ')}`]),
    ...limit(causes.map(formatCause)),
  ];
}

/** On one line where it fits; long values stand below each other, so that the eye finds what differs. */
function formatVersions(lead: string, { before, after }: Versions): string[] {
  const [old, current] = [before, after].map((value) => (value === null ? 'not set' : quote(value)));
  const line = `${lead}${old} → ${current}`;
  return line.length <= LONGEST_LINE ? [line] : [lead.trimEnd(), `      - ${old}`, `      + ${current}`];
}

function formatCause({ side, file, line, object, text }: Cause): string {
  const isHeader = text.startsWith(`${object}:`);
  const where = isHeader ? '' : `  (${object})`;
  return `    ${side === 'after' ? '+' : '-'} ${file}:${line}: ${shorten(text, LONGEST_CAUSE)}${where}`;
}

function limit(lines: readonly string[]): string[] {
  // A line that says "1 more" is no shorter than the one it stands for.
  if (lines.length <= MOST_PLACES + 1) return [...lines];
  return [...lines.slice(0, MOST_PLACES), `    … and ${(lines.length - MOST_PLACES).toLocaleString('en-US')} more`];
}
