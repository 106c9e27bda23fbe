// What simulated hosts report: facts, lists, and differences between a host's lists. In: a population and what it has. Out: digests
// and documents of the contract. Never: keeps a list; sends anything.
import type { HostDocument, Wanted } from '../../contract/fleet/check-in.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { digestOfItems } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import type { HostPackages, PackageState } from './host-packages.ts';
import type { Population } from './population.ts';

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
  readonly packages: HostPackages;
  /** Whether hosts say what packages are; an empty text says that they cannot. */
  readonly describes: boolean;
};

export function createHostDocuments({ population, packages, describes }: DocumentOptions): HostDocuments {
  /** Many hosts have one and the same. */
  const ofLists = new Map<string, string>();
  const ofCandidates = new Map<string, string>();

  function installedDigest(host: number): string {
    const known = population.digestOf(host);
    if (known !== undefined) return known;
    const digest = digestOfState(packages.stateOf(host));
    population.setDigest(host, digest);
    return digest;
  }

  function digestOfState(state: PackageState): string {
    const make = (): string => digestOfItems(packages.installed(state));
    return state.revision === 0 ? remember(ofLists, `${state.number} ${state.steps}`, make) : make();
  }

  function candidatesDigest(host: number): string {
    const state = packages.stateOf(host);
    const make = (): string => digestOfItems(packages.candidates(state));
    return remember(ofCandidates, packages.candidatesKey(state), make);
  }

  /** A difference from the list of before, where the server has that one. */
  function installedDocument(host: number, base: string | undefined): HostDocument {
    const state = packages.stateOf(host);
    const [digest, items] = [installedDigest(host), packages.installed(state)];
    const before = packages.formerStates(state).find((former) => digestOfState(former) === base);
    if (base === undefined || before === undefined) return { document: 'installed', digest, added: items, removed: [] };
    return { document: 'installed', digest, base, ...differenceOf(packages.installed(before), items) };
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
        const items = packages.candidates(packages.stateOf(host));
        return { document, digest: candidatesDigest(host), added: items, removed: [] };
      }
      const facts = factsOf(population.nameOf(host));
      return { document, digest: digestOfFacts(facts), facts };
    },
  };
}

function remember(known: Map<string, string>, key: string, make: () => string): string {
  const digest = known.get(key) ?? make();
  known.set(key, digest);
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
