// How the whole fleet is. In: nothing. Out: counts. All hosts are judged, so the last answer is good for a while.
// Never: counts a host as up to date of which there is something to say.
import { showStatus } from '../../contract/fleet/api/status.ts';
import type { OutputOf } from '../../contract/fleet/operation.ts';
import type { Fleet } from '../fleet.ts';
import type { FindingKind } from '../hosts/judge-host.ts';
import { tellSchedules } from '../schedules/tell-schedules.ts';
import { judgeAll } from '../hosts/judge-hosts.ts';
import type { JudgedRow } from '../hosts/judge-hosts.ts';
import { implement } from './implement.ts';

type Status = OutputOf<typeof showStatus>;

/** Ten times as long as it took to count, so that whoever asks all the time costs a tenth of a processor at most. */
const GOOD_FACTOR = 10;
/** What takes no longer is counted each time, so that whoever has just let a host in sees it. */
const CHEAP_MS = 2000;

type Answer = { readonly status: Promise<Status>; goodUntilMs: number };
const answers = new WeakMap<Fleet, Answer>();

export const countHosts = implement(showStatus, (fleet) => {
  const known = answers.get(fleet);
  if (known !== undefined && performance.now() < known.goodUntilMs) return known.status;
  const startedMs = performance.now();
  const answer: Answer = { status: countAll(fleet), goodUntilMs: Number.POSITIVE_INFINITY };
  answers.set(fleet, answer);
  const end = (): void => {
    const tookMs = performance.now() - startedMs;
    answer.goodUntilMs = tookMs < CHEAP_MS ? 0 : performance.now() + tookMs * GOOD_FACTOR;
  };
  // One that failed is not kept.
  answer.status.then(end, () => answers.delete(fleet));
  return answer.status;
});

async function countAll(fleet: Fleet): Promise<Status> {
  const hosts = { enrolled: 0, pending: 0, quarantined: 0, revoked: 0 };
  const enrolled = Object.fromEntries(Object.keys(kindsOf).map((name) => [name, 0])) as Status['enrolled'];
  enrolled.upToDate = 0;
  const relays = { enrolled: 0, silent: 0 };
  for await (const page of judgeAll(fleet)) {
    for (const host of page) {
      if (host.state === 'enrolled' && host.kind === 'relay') {
        relays.enrolled += 1;
        if (host.findings.length > 0) relays.silent += 1;
        continue;
      }
      hosts[host.state] += 1;
      if (host.state === 'enrolled') count(enrolled, host);
    }
  }
  const { coming, warnings } = await tellSchedules(fleet.store.queries, fleet.now());
  return { hosts, relays, enrolled, schedules: coming, warnings: [...fleet.warnings(), ...warnings] };
}

type Counted = Exclude<keyof Status['enrolled'], 'upToDate'>;

const kindsOf: Readonly<Record<Counted, readonly FindingKind[]>> = {
  outdated: ['outdated'],
  securityOutdated: ['security'],
  heldBack: ['held', 'kept-back', 'phased'],
  broken: ['broken'],
  jobFailed: ['job-failed'],
  rebootNeeded: ['reboot-needed'],
  silent: ['silent'],
  unreported: ['unreported'],
  troubled: ['trouble', 'lists-old', 'clock-off'],
};

function count(enrolled: Status['enrolled'], { findings }: JudgedRow): void {
  if (findings.length === 0) enrolled.upToDate += 1;
  for (const [name, kinds] of Object.entries(kindsOf) as [Counted, readonly FindingKind[]][]) {
    if (findings.some(({ kind }) => kinds.includes(kind))) enrolled[name] += 1;
  }
}
