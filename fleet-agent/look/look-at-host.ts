// What this host has and is. In: its package system. Out: lists, facts, digests of both. While nothing that they follow from has
// changed, the digests of the last look hold, and no program is run. Never: changes anything, or reports an empty list
// because a question has failed.
import { z } from 'zod';
import { digestSchema, digestOfItems, EMPTY_DIGEST, listKinds, MAX_ITEMS } from '../../contract/fleet/inventory.ts';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import { digestOfFacts, factsSchema } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { cutText } from '../../lib/cut-text.ts';
import { describeError } from '../../lib/errors.ts';
import { ask } from '../../package-systems/ask.ts';
import type { Host } from '../../package-systems/ask.ts';
import type { PackageQuestion, PackageSystem } from '../../package-systems/package-system.ts';
import { readListsUpdatedAt } from '../../package-systems/read-stamp.ts';
import { toItems } from './to-items.ts';

type Lists = { readonly [kind in ListKind]?: readonly Item[] };

export type Look = { readonly [kind in ListKind]: string } & {
  /** Empty when the look has failed somewhere: then the next one looks again. */
  readonly stamp: string;
  readonly facts: Facts;
};

/** With the lists themselves, where they could be read. */
export type FreshLook = Look & { readonly lists: Lists };

export const lookSchema = z.object({
  stamp: z.string(),
  installed: digestSchema,
  candidates: digestSchema,
  facts: factsSchema,
});

export const digestOfLook = ({ facts }: Look): string => digestOfFacts(facts);

/** What does not come from the package system. */
export type HostFacts = Pick<
  Facts,
  'hostname' | 'os' | 'osVersion' | 'kernel' | 'architecture' | 'mode' | 'agentVersion' | 'bootId'
>;

type Trouble = Facts['troubles'][number];

/** @param former what holds of a list while its question fails */
export async function lookAtHost(input: {
  readonly system: PackageSystem;
  readonly host: Host;
  readonly hostFacts: HostFacts;
  readonly stamp: string;
  readonly former: Look | undefined;
}): Promise<FreshLook> {
  const { system, host, hostFacts, stamp, former } = input;
  const troubles: Trouble[] = [];
  const tryTo = async <T>(what: string, question: PackageQuestion<T>): Promise<T | undefined> => {
    try {
      return await ask(question, host);
    } catch (error) {
      troubles.push(troubleOf(what, error));
      return undefined;
    }
  };
  const lists: { [kind in ListKind]?: readonly Item[] } = {};
  const questions = { installed: system.list, candidates: system.candidates };
  for (const kind of listKinds) {
    const packages = await tryTo(kind === 'installed' ? 'installed packages' : 'candidates', questions[kind]);
    if (packages === undefined) continue;
    if (packages.length > MAX_ITEMS) {
      troubles.push(tooMany(kind, packages.length));
      continue;
    }
    const { items, leftOut } = toItems(packages);
    lists[kind] = items;
    if (leftOut.length > 0) troubles.push({ what: 'names', message: cutText(`left out: ${leftOut.join(', ')}`, 1000) });
  }
  const broken = await tryTo('the check of the package system', system.broken);
  const reasons = await tryTo('whether a restart is due', system.rebootReasons);
  const listsUpdatedAt = await readListsUpdatedAt(system, host.root);
  const facts: Facts = {
    ...hostFacts,
    packageSystem: system.name,
    broken: bound(broken ?? former?.facts.broken ?? [], 200, 1000),
    rebootReasons: bound(reasons ?? former?.facts.rebootReasons ?? [], 100, 255),
    ...(listsUpdatedAt === undefined ? {} : { listsUpdatedAt }),
    troubles: troubles.slice(0, 50),
  };
  const digestOf = (kind: ListKind): string => {
    const items = lists[kind];
    return items === undefined ? (former?.[kind] ?? EMPTY_DIGEST) : digestOfItems(items);
  };
  const isWhole = troubles.every(({ what }) => what === 'names');
  return {
    stamp: isWhole ? stamp : '',
    installed: digestOf('installed'),
    candidates: digestOf('candidates'),
    facts,
    lists,
  };
}

/** No system has so many: the server would refuse the list, and nobody would know why it does not come. */
const tooMany = (kind: ListKind, count: number): Trouble => ({
  what: kind === 'installed' ? 'installed packages' : 'candidates',
  message: `${count.toLocaleString('en-US')} are more than the ${MAX_ITEMS.toLocaleString('en-US')} that can be reported: something is wrong with the package system's database`,
});

export const troubleOf = (what: string, error: unknown): Trouble => ({
  what: cutText(what, 100),
  message: cutText(describeError(error), 1000),
});

const bound = (lines: readonly string[], most: number, longest: number): string[] =>
  lines.slice(0, most).map((line) => cutText(line, longest));
