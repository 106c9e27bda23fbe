// Why a host may not take part, in words for the one who stands at it. In: its state. Out: a refusal. Never: I/O.
import type { HostState, Refusal } from '../../contract/fleet/enrolment.ts';
import { refuse } from './outcome.ts';

const HALF_AN_HOUR = 1800;
const A_DAY = 86_400;

type State = { readonly state: HostState; readonly reason: string };

/** @param host undefined when the server does not know it; never one that is enrolled */
export function refuseState(host: State | undefined): { refusal: Refusal } {
  if (host === undefined) {
    return refuse('unknown-host', 'this server does not know this host; enrol it: gutinteg-fleet enrol', A_DAY);
  }
  const because = host.reason === '' ? '' : `: ${host.reason}`;
  if (host.state === 'pending') {
    return refuse('pending', `this host waits to be let in (gutinteg fleet approve)${because}`, HALF_AN_HOUR);
  }
  if (host.state === 'quarantined') {
    const hint =
      'gutinteg fleet release lets the right one in; a copy gets an identity of its own: gutinteg-fleet enrol --new-key';
    return refuse('quarantined', `this host is quarantined${because}. ${hint}`, HALF_AN_HOUR);
  }
  return refuse('revoked', `this host was revoked${because}`, A_DAY);
}
