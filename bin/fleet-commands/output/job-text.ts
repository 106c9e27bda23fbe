// Jobs as text. In: what the API answers, the time. Out: cells and lines. Never: I/O.
import type { listJobHosts, listJobs, showJob } from '../../../contract/fleet/api/jobs.ts';
import { badStates, openStates } from '../../../contract/fleet/jobs/job.ts';
import type { JobHostState, Rollout } from '../../../contract/fleet/jobs/job.ts';
import type { OrderResult } from '../../../contract/fleet/jobs/order-report.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import { countOf } from '../../../machdb/views/printable.ts';
import { secondsText } from '../jobs/parse-amounts.ts';
import { selectorText } from '../every-host.ts';
import { changeText } from './plan-text.ts';
import { agoText, timeText } from './times.ts';

export type Job = OutputOf<typeof showJob>;
type JobRow = OutputOf<typeof listJobs>['jobs'][number];
export type JobHost = OutputOf<typeof listJobHosts>['hosts'][number];
type Counts = JobRow['counts'];

export const JOB_HEADER = ['JOB', 'STATE', 'HOSTS', 'DONE', 'OPEN', 'FAILED', 'MADE', 'WHAT'] as const;

export const jobCells = (job: JobRow, nowMs: number): string[] => [
  String(job.id),
  job.state,
  numberText(job.total),
  numberText(countIn(job.counts, ['done'])),
  numberText(countIn(job.counts, openStates)),
  numberText(countIn(job.counts, badStates)),
  agoText(job.createdAt, nowMs),
  [job.title, job.note].filter((text) => text !== '').join('; '),
];

const numberText = (count: number): string => count.toLocaleString('en-US');

export const countIn = (counts: Counts, states: readonly JobHostState[]): number =>
  states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** Hosts at the end of their way that are not as the job wanted them. */
export const unwantedStates = ['failed', 'lost', 'refused', 'skipped'] as const satisfies readonly JobHostState[];

/** `2,310 done, 14 open, 1 failed`: what there is, in the order of the way. */
export function countsText(counts: Counts): string {
  const parts = [
    ['done', countIn(counts, ['done'])],
    ['at work', countIn(counts, openStates)],
    ...unwantedStates.map((state) => [state, countIn(counts, [state])] as const),
    ['waiting', countIn(counts, ['waiting'])],
  ] as const;
  const said = parts.filter(([, count]) => count > 0).map(([state, count]) => `${numberText(count)} ${state}`);
  return said.length === 0 ? 'no hosts' : said.join(', ');
}

/** One line, which changes while somebody waits. */
export function progressText(job: Job): string {
  const all = job.rings.filter(({ total }) => total > 0);
  const rings = all.length;
  const opened = all.filter(({ openedAt }) => openedAt !== null).length;
  const ringPart = rings > 1 && opened > 0 ? `ring ${opened} of ${rings}, ` : '';
  return [`job ${job.id} ${job.state}: ${ringPart}${countsText(job.counts)}`, ...words(job.reason)].join('; ');
}

const words = (text: string): string[] => (text === '' ? [] : [text]);

/** All but the plan and the hosts. */
export function jobLines(job: Job, nowMs: number): string[] {
  const { spec } = job;
  return [
    `job ${job.id}: ${job.title}, ${countOf(job.total, 'host')}`,
    ...field('state', [job.state, ...words(job.reason)].join(': ')),
    ...field('note', job.note),
    ...field('hosts', [selectorText(spec.hosts), ...(spec.only === 'all' ? [] : [onlyTexts[spec.only]])].join(', ')),
    ...field('made', `by ${job.createdBy}, ${timeText(job.createdAt)}`),
    ...field('schedule', job.schedule ?? ''),
    ...field('approved', job.approvedBy === '' ? '' : `by ${job.approvedBy}`),
    ...field('began', job.startedAt === null ? '' : `${timeText(job.startedAt)}, ${agoText(job.startedAt, nowMs)}`),
    ...field('ended', job.endedAt === null ? '' : timeText(job.endedAt)),
    ...field('undoes', job.undoes === null ? '' : `job ${job.undoes}`),
    ...field('undone', job.undoneBy === null ? '' : `by job ${job.undoneBy}`),
    ...field('now', job.startedAt === null ? '' : countsText(job.counts)),
    ...rolloutLines(job),
  ];
}

const onlyTexts = { with: 'only those that have it', without: 'only those that do not have it' } as const;

const field = (name: string, value: string): string[] => (value === '' ? [] : [`  ${`${name}:`.padEnd(10)}${value}`]);

/** Which rings it goes in, and when it stops by itself. */
export function rolloutLines({ total, budget, rings, spec: { rollout } }: Job): string[] {
  const isAlone = total <= 1;
  return [
    ...(isAlone ? [] : [`  rings:    ${ringsText(rollout)}`]),
    ...(isAlone ? [] : rings.filter(({ total: hosts }) => hosts > 0).map((ring) => `    ${ringText(ring)}`)),
    ...conditionLines(rollout),
    ...(isAlone
      ? []
      : [`  halts:    when ${countOf(budget, 'host')} failed or got lost; never are more at work at once`]),
  ];
}

function ringsText({ testFirst, rings }: Rollout): string {
  const shares = rings.map((ring) => `${Number((ring * 100).toFixed(2))} %`).join(', ');
  return testFirst === undefined ? shares : `${testFirst} first; then of the rest ${shares}`;
}

const ringText = ({ ring, total, counts, openedAt, soaksUntil }: Job['rings'][number]): string => {
  const name = ring === 0 ? 'test hosts' : `ring ${ring}`;
  return `${name}: ${countOf(total, 'host')}${openedAt === null ? '' : `; ${countsText(counts)}`}${soakText(soaksUntil)}`;
};

const soakText = (until: number | null): string =>
  until === null ? '' : `; the next ring is opened at ${timeText(until)}`;

const conditionLines = ({ answered, soakSeconds, health, window }: Rollout): string[] => [
  ...(answered === 1 ? [] : field('goes on', `when ${Number((answered * 100).toFixed(2))} % of a ring have ended`)),
  ...(soakSeconds === 0 ? [] : field('soak', `${secondsText(soakSeconds)} after each ring`)),
  ...field('health', health.join(', ')),
  ...field('window', window ?? ''),
];

/** A host and why it is where it is, never cut: `web1 failed, 5 min ago: …`; `web2 done, 20 s ago: jq 1.6-2 -> 1.6-3`. */
export function jobHostLines({ host, state, reason, since, result }: JobHostLine, nowMs: number): string[] {
  const [first = '', ...rest] = (reason === '' ? changesText(result?.changes ?? []) : reason).split('\n');
  return [
    `${host} ${state}, ${agoText(since, nowMs)}${first === '' ? '' : `: ${first}`}`,
    ...rest.map((line) => `  ${line}`),
  ];
}

type JobHostLine = Omit<JobHost, 'result'> & { readonly result?: JobHost['result'] | undefined };

const FEW_CHANGES = 3;

function changesText(changes: OrderResult['changes']): string {
  const shown = changes.slice(0, FEW_CHANGES).map((change) => `${change.name} ${changeText(change)}`);
  return [...shown, ...(changes.length > FEW_CHANGES ? [`${changes.length - FEW_CHANGES} more`] : [])].join(', ');
}

/** With all that the host has said at the end. */
export function jobHostDetails(row: JobHost, nowMs: number): string[] {
  const { result } = row;
  const lines = jobHostLines({ ...row, result: undefined }, nowMs);
  if (result === undefined) return lines;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
  return [
    ...lines,
    ...(result.recovered ? ['its package system was left half done, and its own recovery was run'] : []),
    ...section(
      'changed',
      result.changes.map((change) => `${change.name} ${changeText(change)}`),
    ),
    ...section("edited configuration that stays; the package's own lies beside it", result.keptConfiguration),
    ...section(
      'health',
      result.health.map(({ name, ok, text }) => `${name}: ${ok ? 'yes' : 'NO'}${text === '' ? '' : `, ${text}`}`),
    ),
    ...section(
      'the last that its package system said',
      result.output.split('\n').filter((line) => line !== ''),
    ),
  ];
}
