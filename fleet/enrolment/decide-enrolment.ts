// What becomes of a host that asks to be let in. In: what the store knows of its key, its token and its name. Out: a decision.
// Never: I/O; takes a name from another host.
import type { HostState } from '../../contract/fleet/enrolment.ts';

export type EnrolmentFacts = {
  /** The host with this key, when it has asked before. */
  readonly known?: { readonly state: HostState; readonly cameWithToken: boolean };
  readonly hasToken: boolean;
  /** What the token is good for; undefined when there is no such token. */
  readonly admission?: {
    readonly kind: 'once' | 'site';
    readonly approves: boolean;
    readonly isUsed: boolean;
    readonly isExpired: boolean;
  };
  /** The id of another host that has the name. */
  readonly nameHolder?: string;
  readonly name: string;
};

export type EnrolmentDecision =
  /** It has asked before, and nothing changes. */
  | { readonly kind: 'known' }
  | { readonly kind: 'bad-token'; readonly why: string }
  | { readonly kind: 'enrol' }
  /** Until a person says yes. */
  | { readonly kind: 'wait'; readonly reason: string };

export function decideEnrolment(facts: EnrolmentFacts): EnrolmentDecision {
  const { known, hasToken, admission } = facts;
  if (known === undefined) return decideNew(facts);
  // A host that waits may bring a token later; to all others it is of no use, and is not used up.
  if (known.state !== 'pending' || !hasToken) return { kind: 'known' };
  // It repeats what it asked before, until somebody says yes.
  if (admission?.isUsed === true) return { kind: 'known' };
  const decision = decideNew(facts);
  return decision.kind === 'wait' && known.cameWithToken ? { kind: 'known' } : decision;
}

function decideNew({ hasToken, admission, nameHolder, name }: EnrolmentFacts): EnrolmentDecision {
  if (hasToken && admission === undefined) return { kind: 'bad-token', why: 'there is no such enrolment token' };
  if (admission?.isExpired === true) return { kind: 'bad-token', why: 'the enrolment token has expired' };
  if (admission?.isUsed === true) {
    return { kind: 'bad-token', why: 'the enrolment token has let another host in already; it is good for one' };
  }
  if (nameHolder !== undefined) return { kind: 'wait', reason: `the name ${name} is that of host ${nameHolder}` };
  if (admission === undefined) return { kind: 'wait', reason: 'it came without an enrolment token' };
  if (admission.kind === 'once' || admission.approves) return { kind: 'enrol' };
  return { kind: 'wait', reason: 'the token of its site asks for an approval' };
}
