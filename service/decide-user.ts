// Which user a server becomes that was started as root. In: what is known. Out: the decision. Never: I/O.
import { SERVICE_USER } from './service-user.ts';

export type Situation = {
  /** Of this process. */
  readonly uid: number;
  /** It has the kept capabilities at most. */
  readonly confined: boolean;
  /** `--user`. */
  readonly asked: string | undefined;
  /** Whom the state directory's keys belong to; undefined when that is root, or there are none. */
  readonly stateOwner: string | undefined;
  /** Whether this computer has the user `gutinteg`. */
  readonly hasServiceUser: boolean;
};

export type Decision =
  /** Nothing can be dropped. */
  | { readonly kind: 'stay' }
  | { readonly kind: 'become'; readonly user: string }
  /** There is nobody yet: the user is made, and serves. */
  | { readonly kind: 'make'; readonly user: string };

/** Without `--user`, the owner of the state serves, then the user `gutinteg`; root serves nobody unless it is asked to. */
export function decideUser({ uid, confined, asked, stateOwner, hasServiceUser }: Situation): Decision {
  if (uid !== 0 || confined) return { kind: 'stay' };
  const user = asked ?? stateOwner;
  if (user === undefined && !hasServiceUser) return { kind: 'make', user: SERVICE_USER };
  return { kind: 'become', user: user ?? SERVICE_USER };
}
