// What simulated hosts report: facts, lists, and differences between a host's lists. In: recorded systems, a population. Out: digests
// and documents of the contract. Never: keeps a list; sends anything.
import type { HostDocument, Wanted } from '../../contract/fleet/check-in.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import type { Population } from './population.ts';
import type { RecordedSystem } from './recorded-lists.ts';
import { candidatesNumber, candidatesOf, installedOf } from './vary-list.ts';
import type { HostList } from './vary-list.ts';

export type HostDocuments = {
  readonly digestsOf: (host: number) => {
    readonly installed: string;
    readonly candidates: string;
    readonly facts: string;
  };
  readonly documentFor: (host: number, wanted: Wanted) => HostDocument;
};

export type DocumentOptions = {
  readonly population: Population;
  readonly systems: readonly RecordedSystem[];
  /** Whether hosts say what packages are; an empty text says that they cannot. */
  readonly describes: boolean;
};

export function createHostDocuments({ population, systems, describes }: DocumentOptions): HostDocuments {
  /** By the number of a list; many hosts have one and the same. */
  const ofLists = new Map<number, string>();
  const ofCandidates = new Map<number, string>();

  function installedDigest(host: number): string {
    const known = population.digestOf(host);
    if (known !== undefined) return known;
    const list = population.listOf(host);
    const digest = digestOfList(list);
    population.setDigest(host, digest);
    return digest;
  }

  function digestOfList(list: HostList): string {
    const make = (): string => digestOfItems(installedOf(systems, list));
    return list.revision === 0 ? remember(ofLists, list.number, make) : make();
  }

  function candidatesDigest(host: number): string {
    const { number } = population.listOf(host);
    const make = (): string => digestOfItems(candidatesOf(systems, { number }));
    return remember(ofCandidates, candidatesNumber(systems, number), make);
  }

  /** A difference from the list of before, where the server has that one. */
  function installedDocument(host: number, base: string | undefined): HostDocument {
    const list = population.listOf(host);
    const [digest, items] = [installedDigest(host), installedOf(systems, list)];
    const before = { ...list, revision: list.revision - 1 };
    if (base === undefined || before.revision < 0 || digestOfList(before) !== base) {
      return { document: 'installed', digest, added: items, removed: [] };
    }
    return { document: 'installed', digest, base, ...differenceOf(installedOf(systems, before), items) };
  }

  return {
    digestsOf: (host) => ({
      installed: installedDigest(host),
      candidates: candidatesDigest(host),
      facts: digestOfFacts(factsOf(population.nameOf(host))),
    }),
    documentFor(host, { document, base, names = [] }) {
      if (document === 'installed') return installedDocument(host, base);
      if (document === 'summaries') {
        return { document, summaries: names.map((name) => [name, describes ? `${name}, of a simulated host` : '']) };
      }
      if (document === 'candidates') {
        const items = candidatesOf(systems, population.listOf(host));
        return { document, digest: candidatesDigest(host), added: items, removed: [] };
      }
      const facts = factsOf(population.nameOf(host));
      return { document, digest: digestOfFacts(facts), facts };
    },
  };
}

function remember(known: Map<number, string>, number: number, make: () => string): string {
  const digest = known.get(number) ?? make();
  known.set(number, digest);
  return digest;
}

function differenceOf(before: readonly Item[], after: readonly Item[]): { added: Item[]; removed: Item[] } {
  const [former, present] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  return {
    added: after.filter((item) => !former.has(keyOf(item))),
    removed: before.filter((item) => !present.has(keyOf(item))),
  };
}

const keyOf = (item: Item): string => item.join('\t');

export const SIMULATED_BOOT_ID = '51a01a7e-0000-4000-8000-000000000000';

export const factsOf = (hostname: string): Facts => ({
  hostname,
  os: 'debian',
  osVersion: '12',
  kernel: '6.1.0-40-amd64',
  architecture: 'amd64',
  packageSystem: 'dpkg',
  mode: 'packages',
  agentVersion: 'simulated',
  bootId: SIMULATED_BOOT_ID,
  rebootReasons: [],
  broken: [],
  troubles: [],
});
