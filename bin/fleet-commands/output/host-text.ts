// Hosts as text. In: what the API answers, the time. Out: cells and lines. Never: I/O.
import type { listHosts, showHost } from '../../../contract/fleet/api/hosts.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import { agoText, timeText } from './times.ts';

export const HOST_HEADER = ['HOST', 'STATE', 'OS', 'SITE', 'SEEN', 'NEXT', 'FINDINGS'] as const;

type Host = OutputOf<typeof listHosts>['hosts'][number];
type OneHost = OutputOf<typeof showHost>;

export const hostCells = (host: Host, nowMs: number): string[] => [
  host.name,
  host.state,
  osText(host),
  host.site,
  agoText(host.lastSeenAt, nowMs),
  nextText(host, nowMs),
  findingsText(host),
];

const nextText = ({ state, nextDueAt }: Pick<Host, 'state' | 'nextDueAt'>, nowMs: number): string => {
  if (state !== 'enrolled' || nextDueAt === null) return '-';
  return nextDueAt < nowMs ? 'overdue' : agoText(nextDueAt, nowMs);
};

/** Hosts that wait may all have one name, and are let in by their ids. */
const findingsText = ({ id, kind, state, reason, findings }: Host): string => {
  if (state === 'pending') return `${id}: ${kind === 'relay' ? 'a relay; ' : ''}${reason}`;
  if (state !== 'enrolled') return reason;
  return findings.length === 0 ? wellText(kind) : findings.map(({ text }) => text).join('; ');
};

/** A relay has no packages that could be up to date. */
const wellText = (kind: Host['kind']): string => (kind === 'relay' ? 'serves its site' : 'up to date');

const osText = ({ kind, os, osVersion }: Pick<Host, 'kind' | 'os' | 'osVersion'>): string => {
  if (kind === 'relay') return 'relay';
  return os === '' ? '-' : `${os} ${osVersion}`;
};

/** Everything that is known, one thing on a line. */
export function hostLines(host: OneHost, nowMs: number): string[] {
  return [
    `${host.name}: ${host.kind === 'relay' ? 'a relay, ' : ''}${host.state}${host.reason === '' ? '' : `, ${host.reason}`}`,
    ...field('to do', adviceFor(host)),
    ...field('id', host.id),
    ...field('site', host.site),
    ...field('by relay', host.relay),
    ...field('hosts', host.behind === undefined ? '' : `${host.behind} came through it last`),
    ...field('came as', host.origin),
    ...field('since', timeText(host.createdAt)),
    ...field('seen', agoText(host.lastSeenAt, nowMs)),
    ...field('next', host.kind === 'relay' ? '' : nextText(host, nowMs)),
    ...factLines(host),
    ...(host.state === 'enrolled' ? section('findings', findingLines(host)) : []),
    ...field('packages', host.installed?.toLocaleString('en-US') ?? ''),
    ...field('candidates', host.candidates?.toLocaleString('en-US') ?? ''),
    ...section('jobs, those under way first', host.jobs.map(jobLine)),
    ...section('tasks', host.tasks.map(taskLine)),
    ...section(
      'events, the newest first',
      host.events.map(({ at, text }) => `${timeText(at)}  ${text}`),
    ),
  ];
}

/** What a host waits for that does not take part; empty for one that does. */
const adviceFor = ({ id, name, state, reason }: OneHost): string => ADVICE[state]({ id, name, reason });

const ADVICE: Readonly<Record<OneHost['state'], (host: Pick<OneHost, 'id' | 'name' | 'reason'>) => string>> = {
  enrolled: () => '',
  pending: ({ id, reason }) =>
    /^the name .* is that of/.test(reason)
      ? `gutinteg fleet rename ${id} NAME, then gutinteg fleet approve ${id}`
      : `gutinteg fleet approve ${id} lets it in; gutinteg fleet revoke ${id} turns it away`,
  quarantined: ({ name }) =>
    `on the copy: gutinteg-fleet enrol --new-key; then gutinteg fleet release ${name}: the first of them that comes is ${name}`,
  revoked: ({ id }) => `gutinteg fleet take-out ${id} forgets it; then its key may ask again`,
};

const findingLines = ({ kind, findings }: OneHost): string[] =>
  findings.length === 0 ? [wellText(kind)] : findings.map(({ text }) => text);

function factLines({ facts }: OneHost): string[] {
  if (facts === undefined) return [];
  const { os, osVersion, kernel, architecture, packageSystem, mode, agentVersion, bootId, listsUpdatedAt } = facts;
  return [
    ...field('system', `${os} ${osVersion}, ${architecture}, Linux ${kernel}`),
    ...field('upgraded', mode === 'image' ? 'with its image' : `by ${packageSystem}`),
    ...field('lists', listsUpdatedAt === undefined ? 'never fetched' : `of ${timeText(listsUpdatedAt * 1000)}`),
    ...field('agent', agentVersion),
    ...field('boot', bootId),
    ...section('needs a restart', facts.rebootReasons),
    ...section('broken', facts.broken),
    ...section(
      'troubles',
      facts.troubles.map(({ what, message }) => `${what}: ${message}`),
    ),
  ];
}

const jobLine = ({ job, title, state, reason }: OneHost['jobs'][number]): string =>
  `${job}  ${title}: ${state}${reason === '' ? '' : `: ${reason}`}`;

const taskLine = ({ id, kind, state, createdAt, createdBy }: OneHost['tasks'][number]): string =>
  `${id}  ${kind}, ${state}; asked by ${createdBy}, ${timeText(createdAt)}`;

const field = (name: string, value: string): string[] => (value === '' ? [] : [`  ${`${name}:`.padEnd(12)}${value}`]);

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    ${line}`)];
