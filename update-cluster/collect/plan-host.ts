// Which name and address a new card gets. In: the pattern, the range, and what is taken. Out: both, or which has run out.
// Never: I/O; asks the network: whether an address answers is found out afterwards.
import { addressesOf } from './address-range.ts';
import type { AddressRange } from './address-range.ts';
import { namesOf } from './name-pattern.ts';
import type { NamePattern } from './name-pattern.ts';

/** How new hosts are named and numbered. */
export type Choice = { readonly pattern: NamePattern; readonly range: AddressRange };

/** What must not be given again: of the file, of the machine database, of the network, of this run. */
export type Taken = {
  readonly hasName: (name: string) => boolean;
  readonly hasIp: (ip: string) => boolean;
};

export type PlannedHost =
  | { readonly ok: true; readonly hostname: string; readonly ip: string }
  | { readonly ok: false; readonly out: 'names' | 'addresses' };

/** The first free name and the first free address; the two are counted apart, so gaps in one do not move the other. */
export function planHost({ pattern, range }: Choice, taken: readonly Taken[]): PlannedHost {
  const hostname = namesOf(pattern).find((name) => !taken.some(({ hasName }) => hasName(name)));
  if (hostname === undefined) return { ok: false, out: 'names' };
  const ip = addressesOf(range).find((address) => !taken.some(({ hasIp }) => hasIp(address)));
  return ip === undefined ? { ok: false, out: 'addresses' } : { ok: true, hostname, ip };
}
