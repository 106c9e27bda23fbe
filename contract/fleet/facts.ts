// What a host says of itself besides its packages. In: nothing. Out: a zod schema and the digest of what fits it. Never: I/O.
import { z } from 'zod';
import { digestOfText } from './inventory.ts';

/** Something that a check did not manage, for people: the package system's own words. */
const troubleSchema = z.object({ what: z.string().max(100), message: z.string().max(1000) });

/**
 * Facts of a host. A host sends them when their digest changes, so nothing that changes by itself, as an uptime, is in here.
 */
export const factsSchema = z.object({
  /** As the host calls itself; whose machine it is, the server's record says. */
  hostname: z.string().max(255),
  /** `ID` and `VERSION_ID` of os-release(5). */
  os: z.string().max(64),
  osVersion: z.string().max(64),
  kernel: z.string().max(255),
  architecture: z.string().max(64),
  packageSystem: z.enum(['dpkg', 'rpm']),
  /** `image` where gutinteg keeps the image's files: jobs that would fight it are refused. */
  mode: z.enum(['packages', 'image']).default('packages'),
  agentVersion: z.string().max(64),
  bootId: z.string().max(64),
  /** Why a restart is due, in words; empty when none is. */
  rebootReasons: z.array(z.string().max(255)).max(100),
  /** What the package system's own audit found, a line each. */
  broken: z.array(z.string().max(1000)).max(200),
  /** When the lists of candidates were last fetched, in seconds since 1970; absent when never. */
  listsUpdatedAt: z.int().nonnegative().exactOptional(),
  troubles: z.array(troubleSchema).max(50),
});

export type Facts = z.infer<typeof factsSchema>;

/** The digest of facts; the order of keys does not matter. */
export function digestOfFacts(facts: Facts): string {
  const sorted = Object.entries(facts).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return digestOfText(JSON.stringify(sorted));
}
