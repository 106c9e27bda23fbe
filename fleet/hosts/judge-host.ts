// How a host is, in words. In: what the store knows of it, and the time. Out: findings, each a state of its own; a host is up to
// date only if there is none. Commands, API and XML-RPC all ask here. Never: I/O.
import type { HostKind, HostState } from '../../contract/fleet/enrolment.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { CLOCK_OFF_SECONDS, describeClock, timeText } from './describe-time.ts';
import { judgeRelay } from './judge-relay.ts';

export const findingKinds = [
  'pending',
  'quarantined',
  'revoked',
  'unreported',
  'silent',
  'broken',
  'job-failed',
  'trouble',
  'security',
  'outdated',
  'held',
  'kept-back',
  'phased',
  'reboot-needed',
  'lists-old',
  'clock-off',
] as const;
export type FindingKind = (typeof findingKinds)[number];

/** `text` has no full stop, and can stand after the host's name: "silent since …". */
export type Finding = { readonly kind: FindingKind; readonly text: string };

/** How many packages of a host's lists are in which state. */
export type ListCounts = {
  /** Candidates that an upgrade would bring. */
  readonly outdated: number;
  /** Security updates, also those that are held, kept back or phased. */
  readonly security: number;
  readonly held: number;
  readonly keptBack: number;
  readonly phased: number;
  /** Installed packages that the package system calls broken. */
  readonly broken: number;
};

/** Columns of `hosts`; times in milliseconds since 1970. */
type JudgedHost = {
  readonly kind: HostKind;
  readonly state: HostState;
  readonly reason: string;
  readonly lastSeenAt: number | null;
  readonly nextDueAt: number | null;
  /** Of the last check-in: the first eight characters. */
  readonly bootId: string;
  /** Seconds by which its clock is ahead. */
  readonly clockOffset: number;
  /** Digests that its last check-in named, and those of what is stored; empty for what never came. */
  readonly announcedFacts: string;
  readonly announcedInstalled: string;
  readonly announcedCandidates: string;
  readonly factsDigest: string;
  readonly installedDigest: string;
  readonly candidatesDigest: string;
};

export type JudgedReports = {
  readonly host: JudgedHost;
  /** Undefined until they have come. */
  readonly facts: Facts | undefined;
  /** Undefined until both lists have come. */
  readonly counts: ListCounts | undefined;
  /** Words about a job that has failed here, and none of later has succeeded. */
  readonly failedJob?: string | undefined;
  readonly nowMs: number;
  readonly intervalSeconds: number;
};

const A_DAY_MS = 86_400_000;

export function judgeHost(reports: JudgedReports): Finding[] {
  const { state, reason } = reports.host;
  if (state !== 'enrolled') return [{ kind: state, text: reason === '' ? state : `${state}: ${reason}` }];
  if (reports.host.kind === 'relay') return judgeRelay(reports.host.lastSeenAt, reports.nowMs, timeText);
  const { failedJob } = reports;
  return [
    ...judgeReports(reports),
    ...judgeFacts(reports),
    ...one('job-failed', failedJob !== undefined, () => failedJob ?? ''),
    ...judgeCounts(reports),
    ...judgeClock(reports),
  ];
}

/** Only a host that was let in and of which nothing is to be said. */
export const isUpToDate = (findings: readonly Finding[]): boolean => findings.length === 0;

const one = (kind: FindingKind, isSo: boolean, text: () => string): Finding[] => (isSo ? [{ kind, text: text() }] : []);

/** A host may miss one check-in. */
function judgeReports(reports: JudgedReports): Finding[] {
  const { host, nowMs, intervalSeconds } = reports;
  const { lastSeenAt, nextDueAt } = host;
  const missing = listMissing(reports);
  if (lastSeenAt === null) return [{ kind: 'unreported', text: 'has not checked in yet' }];
  const isSilent = nowMs > (nextDueAt ?? lastSeenAt) + intervalSeconds * 1000;
  return [
    ...one('silent', isSilent, () => `silent since ${timeText(lastSeenAt)}`),
    ...one('unreported', missing.length > 0, () => `has not reported its ${missing.join(' and ')} yet`),
  ];
}

/** What is stored of before is not how the host is now. */
function listMissing({ host, facts, counts }: JudgedReports): string[] {
  const isOld = (announced: string, stored: string): boolean => announced !== '' && announced !== stored;
  const missing: readonly (readonly [what: string, isSo: boolean])[] = [
    ['facts', facts === undefined],
    ['new facts', facts !== undefined && isOld(host.announcedFacts, host.factsDigest)],
    ['lists', counts === undefined],
    ['new list of packages', counts !== undefined && isOld(host.announcedInstalled, host.installedDigest)],
    ['new list of candidates', counts !== undefined && isOld(host.announcedCandidates, host.candidatesDigest)],
  ];
  return missing.filter(([, isSo]) => isSo).map(([what]) => what);
}

function judgeFacts({ host, facts, nowMs }: JudgedReports): Finding[] {
  if (facts === undefined) return [];
  const { broken, troubles, listsUpdatedAt } = facts;
  // Its clock may have been off when they were fetched, or be off only now: they are old if both ways say so.
  const listsAge =
    listsUpdatedAt === undefined ? undefined : nowMs - 1000 * (listsUpdatedAt - Math.min(0, host.clockOffset));
  return [
    ...one('broken', broken.length > 0, () => `broken packages: ${broken[0] ?? ''}${andMore(broken)}`),
    ...one('trouble', troubles.length > 0, () => {
      const [first] = troubles;
      return `${first?.what ?? ''}: ${first?.message ?? ''}${andMore(troubles)}`;
    }),
    ...judgeReboot(host, facts),
    ...one('lists-old', listsAge === undefined, () => 'has never fetched the lists of its repositories'),
    ...one(
      'lists-old',
      (listsAge ?? 0) > A_DAY_MS,
      () => `its repositories' lists are of ${timeText(1000 * (listsUpdatedAt ?? 0))}`,
    ),
  ];
}

/** A reason of an earlier boot is gone by the next one, whatever the facts still say. */
function judgeReboot({ bootId }: JudgedHost, { bootId: factsBoot, rebootReasons }: Facts): Finding[] {
  const isOfThisBoot = bootId === '' || factsBoot.startsWith(bootId);
  return one('reboot-needed', rebootReasons.length > 0 && isOfThisBoot, () => {
    return `needs a restart (boot ${factsBoot.slice(0, 8)}): ${rebootReasons[0] ?? ''}${andMore(rebootReasons)}`;
  });
}

function judgeCounts({ counts, facts }: JudgedReports): Finding[] {
  if (counts === undefined) return [];
  const { outdated, security, held, keptBack, phased, broken } = counts;
  // The audit in the facts has the words for it.
  const isBroken = broken > 0 && (facts?.broken.length ?? 0) === 0;
  return [
    ...one('broken', isBroken, () => `${packages(broken)} broken`),
    ...one('security', security > 0, () => `${packages(security)} with a security update`),
    ...one('outdated', outdated > 0, () => `${packages(outdated)} outdated`),
    ...one('held', held > 0, () => `${packages(held)} held`),
    ...one('kept-back', keptBack > 0, () => `${packages(keptBack)} kept back`),
    ...one('phased', phased > 0, () => `${packages(phased)} waiting for a phased update`),
  ];
}

function judgeClock({ host: { clockOffset, lastSeenAt }, nowMs }: JudgedReports): Finding[] {
  // Until it comes again, it can neither be called silent, nor its clock be compared.
  if ((lastSeenAt ?? 0) > nowMs + CLOCK_OFF_SECONDS * 1000) {
    const text = `last seen at a time that is still to come (${timeText(lastSeenAt ?? 0)}), as this server's clock was ahead`;
    return [{ kind: 'clock-off', text }];
  }
  const words = lastSeenAt === null ? undefined : describeClock(clockOffset);
  return words === undefined ? [] : [{ kind: 'clock-off', text: words }];
}

const packages = (count: number): string => `${count} ${count === 1 ? 'package' : 'packages'}`;

const andMore = (of: readonly unknown[]): string => (of.length > 1 ? `, and ${of.length - 1} more` : '');
