// Which document answers a wish of the server. In: the list as it is, the one that the server has. Out: a document. Never: I/O.
import type { HostDocument } from '../../contract/fleet/check-in.ts';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import type { KeptList } from '../state/kept-lists.ts';

export type PlanDocumentInput = {
  readonly kind: ListKind;
  readonly digest: string;
  readonly items: readonly Item[];
  /** The digest of the list that the server has. */
  readonly base: string | undefined;
  /** What this host has last told it. */
  readonly kept: KeptList | undefined;
};

/** A difference from the base when the host still knows it, else all. */
export function planListDocument({ kind, digest, items, base, kept }: PlanDocumentInput): HostDocument {
  if (base === undefined || kept?.digest !== base) return { document: kind, digest, added: [...items], removed: [] };
  const keyOf = (item: Item): string => item.join('\t');
  const before = new Set(kept.items.map(keyOf));
  const now = new Set(items.map(keyOf));
  const added = items.filter((item) => !before.has(keyOf(item)));
  const removed = kept.items.filter((item) => !now.has(keyOf(item)));
  return { document: kind, digest, base, added, removed };
}
