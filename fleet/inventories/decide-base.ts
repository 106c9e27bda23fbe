// How a new list is stored: as a difference from a list that is there, or by itself. In: the ids of the list, and those of a
// few bases. Out: bytes. Never: I/O; a base that has a base.
import { differenceOfIds, encodeIds } from './item-ids.ts';
import type { ItemIds } from './item-ids.ts';

export type Base = { readonly id: number; readonly ids: ItemIds };

/** As the columns of a set. */
export type StoredForm = { readonly base: number | null; readonly added: Uint8Array; readonly removed: Uint8Array };

/**
 * A difference that takes more than this part of the whole is not worth its base: the list becomes a base itself. So a night
 * that changes little on many hosts costs a little for each, and one that changes much makes a new base for all of them.
 */
const WORTHWHILE_PART = 1 / 4;

export function decideBase(ids: ItemIds, bases: readonly Base[]): StoredForm {
  const whole: StoredForm = { base: null, added: encodeIds(ids), removed: new Uint8Array() };
  const forms = bases.map((base): StoredForm => {
    const { added, removed } = differenceOfIds(base.ids, ids);
    return { base: base.id, added: encodeIds(added), removed: encodeIds(removed) };
  });
  const [smallest] = forms.toSorted((left, right) => sizeOf(left) - sizeOf(right));
  return smallest !== undefined && sizeOf(smallest) <= sizeOf(whole) * WORTHWHILE_PART ? smallest : whole;
}

const sizeOf = ({ added, removed }: StoredForm): number => added.length + removed.length;
