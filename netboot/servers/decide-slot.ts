// Who may hold a connection or a transfer when there are too many. In: who holds one, and who wants one. Out: take it,
// take it in place of another, or not now. Pure.

export type Slot = {
  /** Whose it is: an IPv4 address. */
  readonly address: string;
  /** The address belongs to a machine of the site. */
  readonly isKnown: boolean;
  /** When anything last went on, in milliseconds. */
  readonly movedAtMs: number;
};

export type SlotLimits = {
  readonly ofAll: number;
  readonly ofOne: number;
  /** A slot on which something went on less long ago keeps its place against equals. */
  readonly restMs: number;
};

export type SlotQuestion<S extends Slot> = {
  readonly newcomer: Slot;
  readonly held: Iterable<S>;
  readonly count: { readonly ofAll: number; readonly ofOne: (address: string) => number };
  readonly limits: SlotLimits;
};

export type SlotDecision<S extends Slot> = 'take' | 'refuse' | { readonly evict: S };

/**
 * Within the limits everybody is served. Beyond them whoever has more than the newcomer gives one up, strangers before
 * machines of the site, the one longest without progress first: so a thousand idle readers keep nobody out.
 */
export function decideSlot<S extends Slot>({ newcomer, held, count, limits }: SlotQuestion<S>): SlotDecision<S> {
  const ofOne = count.ofOne(newcomer.address);
  if (ofOne < limits.ofOne && count.ofAll < limits.ofAll) return 'take';
  const isOverOwn = ofOne >= limits.ofOne;
  let worst: S | undefined;
  for (const slot of held) {
    if (isOverOwn ? slot.address !== newcomer.address : !mayEvict(slot)) continue;
    if (worst === undefined || isWorse(slot, worst)) worst = slot;
  }
  if (worst === undefined || (isOverOwn && !isIdle(worst))) return 'refuse';
  return { evict: worst };

  function isIdle(slot: Slot): boolean {
    return newcomer.movedAtMs - slot.movedAtMs >= limits.restMs;
  }

  function mayEvict(slot: Slot): boolean {
    if (slot.isKnown && !newcomer.isKnown) return false;
    if (!slot.isKnown && newcomer.isKnown) return true;
    return count.ofOne(slot.address) > ofOne + 1 || isIdle(slot);
  }

  function isWorse(one: Slot, other: Slot): boolean {
    if (one.isKnown !== other.isKnown) return other.isKnown;
    const [ofThis, ofOther] = [count.ofOne(one.address), count.ofOne(other.address)];
    return ofThis === ofOther ? one.movedAtMs < other.movedAtMs : ofThis > ofOther;
  }
}
