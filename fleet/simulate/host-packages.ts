// What simulated hosts have, after the orders that they carried out. In: a population, recorded systems, steps. Out: lists. What many hosts
// were told is kept once. Never: I/O; a list for longer than a call.
import type { Item } from '../../contract/fleet/inventory.ts';
import { candidatesAfter, installedAfter } from './change-lists.ts';
import type { Step } from './change-lists.ts';
import type { Population } from './population.ts';
import type { RecordedSystem } from './recorded-lists.ts';
import { candidatesNumber, candidatesOf, installedOf } from './vary-list.ts';
import type { HostList } from './vary-list.ts';

/** Two hosts with the same one have the same packages. `steps`: a number for what its orders did, one after the other; 0: nothing. */
export type PackageState = HostList & { readonly steps: number };

export type HostPackages = {
  readonly stateOf: (host: number) => PackageState;
  /** Each of them one change ago. */
  readonly formerStates: (state: PackageState) => PackageState[];
  readonly installed: (state: PackageState) => Item[];
  readonly candidates: (state: PackageState) => Item[];
  /** The same for all states with the same candidates. */
  readonly candidatesKey: (state: PackageState) => string;
  readonly take: (host: number, step: Step) => void;
};

type Node = { readonly before: number; readonly step: Step };

const NOTHING: Node = { before: 0, step: { changes: [], held: [], released: [] } };

export function createHostPackages(population: Population, systems: readonly RecordedSystem[]): HostPackages {
  const nodes: Node[] = [NOTHING];
  const numbers = new Map<string, number>();
  const stepsOf = new Uint32Array(population.size);

  function numberOf(before: number, step: Step): number {
    const key = `${before} ${JSON.stringify(step)}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, nodes.push({ before, step }) - 1);
    return nodes.length - 1;
  }

  /** The first one first. */
  function stepsUntil(number: number): Step[] {
    const steps: Step[] = [];
    for (let at = number; at !== 0;) {
      const { before, step } = nodes[at] ?? NOTHING;
      steps.push(step);
      at = before;
    }
    return steps.toReversed();
  }

  return {
    stateOf: (host) => ({ ...population.listOf(host), steps: stepsOf[host] ?? 0 }),
    formerStates: (state) => [
      ...(state.revision === 0 ? [] : [{ ...state, revision: state.revision - 1 }]),
      ...(state.steps === 0 ? [] : [{ ...state, steps: nodes[state.steps]?.before ?? 0 }]),
    ],
    installed: (state) => stepsUntil(state.steps).reduce<Item[]>(installedAfter, installedOf(systems, state)),
    candidates: (state) => stepsUntil(state.steps).reduce<Item[]>(candidatesAfter, candidatesOf(systems, state)),
    candidatesKey: ({ number, steps }) => `${candidatesNumber(systems, number)} ${steps}`,
    take(host, step) {
      if (step.changes.length + step.held.length + step.released.length === 0) return;
      stepsOf[host] = numberOf(stepsOf[host] ?? 0, step);
      population.forgetDigest(host);
    },
  };
}
