// What a job would change, for people: what is dangerous first, and of a large fleet not every line. In: a summary of its plans. Out:
// lines. Never: I/O; leaves anything out without a word.
import { alignColumns, countOf } from '../../../machdb/views/printable.ts';
import { sumOf } from './summarize-plans.ts';
import type { Counted, PlannedChange, PlanSummary } from './summarize-plans.ts';

export type PlanLimits = {
  /** Lines of each part; what is left out is counted. */
  readonly most: number;
  /** The command that shows all. */
  readonly more: string;
};

const REASON_LINES = 12;

/** Without the job's title. */
export function planLines(summary: PlanSummary, { most, more }: PlanLimits): string[] {
  const { notPossible, alsoRemoved, stays, changes, asWanted } = summary;
  const few = <T>(all: readonly T[], render: (shown: readonly T[]) => string[]): string[] => [
    ...render(all.slice(0, most)),
    ...(all.length > most ? [`  ${countOf(all.length - most, 'more line')}: ${more}`] : []),
  ];
  return [
    ...part(`NOT POSSIBLE on ${countOf(sumOf(notPossible), 'host')}:`, few(notPossible, reasonLines)),
    ...part('GOES AS WELL, as it cannot stay:', few(alsoRemoved, changeLines)),
    ...part('STAYS as it is:', few(stays, stayLines)),
    ...part('Changes:', few(changes, changeLines)),
    ...(asWanted.length === 0 ? [] : [`Nothing to do on ${countOf(sumOf(asWanted), 'host')}${suchAs(asWanted)}.`]),
  ];
}

const part = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [title, ...lines]);

const suchAs = ([first]: PlanSummary['asWanted']): string =>
  first === undefined || first.askedOf === '' ? '' : `, such as ${first.askedOf}`;

const indented = (rows: readonly (readonly string[])[]): string[] => alignColumns(rows).map((line) => `  ${line}`);

/** Two lines that say the same are of two architectures. */
function changeLines(changes: readonly Counted<PlannedChange>[]): string[] {
  const said = Map.groupBy(changes, (change) => `${change.name} ${changeText(change)}`);
  const rows = changes.map((change) => {
    const text = changeText(change);
    const isTwin = (said.get(`${change.name} ${text}`)?.length ?? 0) > 1;
    return [isTwin ? `${change.name}:${change.arch}` : change.name, text, countOf(change.hosts, 'host')];
  });
  return indented(rows);
}

/** `1.6-2 -> 1.6-3`, `new, 1.6-3`, `1.6-2 again`, `1.6-2 goes`. */
export const changeText = ({ before, after }: Pick<PlannedChange, 'before' | 'after'>): string => {
  if (before === null) return `new, ${after}`;
  if (before === after) return `${before} again`;
  return after === null ? `${before} goes` : `${before} -> ${after}`;
};

const stayLines = (stays: PlanSummary['stays']): string[] =>
  indented(stays.map(({ name, why, hosts }) => [name, why, countOf(hosts, 'host')]));

/** In full: who looks at this at night must see what the package system says. */
const reasonLines = (plans: PlanSummary['notPossible']): string[] =>
  plans.flatMap(({ hosts, askedOf, text }) => {
    const [first = '', ...rest] = text.split('\n').filter((line) => line.trim() !== '');
    const who = hosts === 1 ? askedOf : `${countOf(hosts, 'host')}${askedOf === '' ? '' : ` such as ${askedOf}`}`;
    const shown = rest.slice(0, REASON_LINES);
    const left = rest.length - shown.length;
    return [
      `  ${who === '' ? '1 host' : who}: ${first}`,
      ...shown.map((line) => `    ${line}`),
      ...(left > 0 ? [`    (${countOf(left, 'more line')})`] : []),
    ];
  });
