// Which documents a host is asked for. In: digests that are stored, and those that it announced. Out: `want` of the answer.
// Never: I/O.
import type { CheckIn, Wanted } from '../../contract/fleet/check-in.ts';
import { listKinds } from '../../contract/fleet/inventory.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';

/** Of the documents that the server has of a host; empty for one that it has not. */
export type StoredDigests = { readonly facts: string } & { readonly [kind in ListKind]: string };

/** The facts come first: which package system a list is of stands in them. */
export function planWanted(
  stored: StoredDigests,
  announced: Pick<CheckIn, 'facts' | ListKind>,
  summaryNames: readonly string[],
): Wanted[] {
  const facts: Wanted[] = stored.facts === announced.facts ? [] : [{ document: 'facts' }];
  const lists = listKinds
    .filter((kind) => stored[kind] !== announced[kind])
    .map((kind): Wanted => ({ document: kind, ...(stored[kind] === '' ? {} : { base: stored[kind] }) }));
  const summaries: Wanted[] = summaryNames.length === 0 ? [] : [{ document: 'summaries', names: [...summaryNames] }];
  return [...facts, ...lists, ...summaries];
}
