// Which hosts of a job come first. In: hosts and their sites, shares. Out: a ring for each. Never: I/O or chance: the same
// hosts are in the same rings of each job.
import { createHash } from 'node:crypto';

type Placed = { readonly id: string; readonly site: string };

/**
 * Ring 1 and those after it: a share of the hosts each, of every site alike. Within a site, hosts are in the order of a part of
 * their ids, which are digests; a site begins at a place of its own, so that many small ones do not all come first.
 * @param shares rising to 1, as `rings` of a rollout @returns by id
 */
export function planRings(hosts: readonly Placed[], shares: readonly number[]): Map<string, number> {
  const order = orderOfAll(hosts);
  const rings = new Map<string, number>();
  let ring = 1;
  for (const [index, id] of order.entries()) {
    while (index >= Math.ceil((shares[ring - 1] ?? 1) * order.length) && ring < shares.length) ring += 1;
    rings.set(id, ring);
  }
  return rings;
}

function orderOfAll(hosts: readonly Placed[]): string[] {
  const places: { readonly id: string; readonly place: number }[] = [];
  for (const [site, ofSite] of Map.groupBy(hosts, (host) => host.site)) {
    const begin = fractionOf(`site\n${site}`);
    const ids = ofSite.map(({ id }) => ({ id, hash: hashOf(id) })).toSorted(byHash);
    for (const [index, { id }] of ids.entries()) places.push({ id, place: (index + begin) / ids.length });
  }
  return places
    .toSorted((left, right) => left.place - right.place || (left.id < right.id ? -1 : 1))
    .map(({ id }) => id);
}

type Hashed = { readonly id: string; readonly hash: number };

const byHash = (left: Hashed, right: Hashed): number => left.hash - right.hash || (left.id < right.id ? -1 : 1);

/** The id is a digest already; its first bytes say when a host comes, so a ring of these would come all at once. */
const hashOf = (id: string): number => Buffer.from(id, 'base64url').readUInt32BE(8);

/** From 0 to 1. */
const fractionOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
