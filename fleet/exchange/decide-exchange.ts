// Whether a check-in is the next one of its host, a repetition, or one of a second machine with the same identity.
// In: what the server remembers of the host's exchanges, and what the host showed. Out: a decision. Never: I/O.

/** What the server remembers. */
export type Exchanges = {
  /** The number of the newest token that was given to the host. */
  readonly issued: number;
  /** Raised when the host is let in anew: tokens of before are good no more. */
  readonly epoch: number;
  /** The host has just been let in: the next check-in with its key is right, whatever token it shows. */
  readonly isReleased: boolean;
  /** The last exchanges, oldest first: which nonce used which token up; `FORGOTTEN` when the server no longer knows. */
  readonly recent: readonly (readonly [number: number, nonce: string])[];
};

export type Shown = {
  readonly number: number;
  /** The proof beside the number is the server's own, for this host and epoch. */
  readonly isGenuine: boolean;
  readonly nonce: string;
};

export type ExchangeDecision =
  /** Go on; the host gets the token `issue`. */
  | { readonly kind: 'next'; readonly exchanges: Exchanges; readonly issue: number }
  /** The answer was lost, or the request was doubled: the same token again, nothing is done twice. */
  | { readonly kind: 'repeated'; readonly issue: number }
  /** A copy of an older request, late: it has no effect. */
  | { readonly kind: 'late' }
  /** The server's memory is older than the host's token, as after a restored backup: go on from there. */
  | { readonly kind: 'server-went-back'; readonly exchanges: Exchanges; readonly issue: number }
  /** Two machines have this identity, or one was set back to an earlier state. `why` is what it did: a verb first. */
  | { readonly kind: 'cloned'; readonly why: string };

/** So many exchanges are remembered by their nonces. */
const REMEMBERED = 8;
/** No nonce. */
const FORGOTTEN = '';

export function decideExchange(exchanges: Exchanges, shown: Shown): ExchangeDecision {
  const { issued, recent } = exchanges;
  const former = recent.find(([number]) => number === shown.number);
  if (former?.[1] === shown.nonce && shown.isGenuine) {
    return shown.number === issued - 1 ? { kind: 'repeated', issue: issued } : { kind: 'late' };
  }
  // A repetition or a copy: it has no effect, and a copy is found when the number is no longer remembered.
  if (former?.[1] === FORGOTTEN && shown.isGenuine) return { kind: 'late' };
  if (exchanges.isReleased) return { kind: 'next', ...goOn(exchanges, Math.max(issued, shown.number), shown.nonce) };
  if (!shown.isGenuine) return { kind: 'cloned', why: 'showed a token that this server never gave it' };
  if (shown.number === issued) return { kind: 'next', ...goOn(exchanges, issued, shown.nonce) };
  if (shown.number > issued) {
    return { kind: 'server-went-back', ...goOn(fillGap(exchanges, shown.number), shown.number, shown.nonce) };
  }
  return { kind: 'cloned', why: `repeated exchange ${shown.number}, when ${issued} was due` };
}

function goOn(exchanges: Exchanges, used: number, nonce: string): { exchanges: Exchanges; issue: number } {
  const recent = [...exchanges.recent, [used, nonce] as const].slice(-REMEMBERED);
  return { exchanges: { ...exchanges, issued: used + 1, isReleased: false, recent }, issue: used + 1 };
}

/** The exchanges before `next` took place, and the server has forgotten by which nonces. */
function fillGap(exchanges: Exchanges, next: number): Exchanges {
  const first = Math.max(exchanges.issued, next - REMEMBERED);
  const gap = Array.from({ length: next - first }, (_, index) => [first + index, FORGOTTEN] as const);
  return { ...exchanges, recent: [...exchanges.recent, ...gap] };
}
