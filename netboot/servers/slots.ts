// Slots for connections or transfers, counted per address and in all. In: who wants one. Out: a ticket, or nothing.
import { decideSlot } from './decide-slot.ts';
import type { Slot, SlotLimits } from './decide-slot.ts';

export type Ticket = {
  /** Something went on. */
  readonly moved: () => void;
  readonly leave: () => void;
};

export type Slots = {
  /** A slot, in place of another's when it must be; undefined when there is none. `onEvicted`: it has been taken away. */
  readonly take: (address: string, onEvicted: () => void) => Ticket | undefined;
  readonly taken: () => number;
};

export type SlotOptions = SlotLimits & {
  readonly isKnownAddress: (address: string) => boolean;
  readonly now?: () => number;
};

type Held = Slot & { movedAtMs: number; readonly onEvicted: () => void };

export function createSlots(options: SlotOptions): Slots {
  const { isKnownAddress, now = Date.now } = options;
  const held = new Set<Held>();
  const counts = new Map<string, number>();

  function change(address: string, by: 1 | -1): void {
    const count = (counts.get(address) ?? 0) + by;
    if (count === 0) counts.delete(address);
    else counts.set(address, count);
  }

  function leave(slot: Held): void {
    if (held.delete(slot)) change(slot.address, -1);
  }

  function take(address: string, onEvicted: () => void): Ticket | undefined {
    const slot: Held = { address, isKnown: isKnownAddress(address), movedAtMs: now(), onEvicted };
    const count = { ofAll: held.size, ofOne: (one: string) => counts.get(one) ?? 0 };
    const decision = decideSlot({ newcomer: slot, held, count, limits: options });
    if (decision === 'refuse') return undefined;
    if (decision !== 'take') {
      leave(decision.evict);
      decision.evict.onEvicted();
    }
    held.add(slot);
    change(address, 1);
    return { moved: () => void (slot.movedAtMs = now()), leave: () => leave(slot) };
  }

  return { take, taken: () => held.size };
}
