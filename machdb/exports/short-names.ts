import type { Problem } from '../faults.ts';
import type { HostName } from './host-names.ts';

type Shared = {
  readonly full: string;
  readonly second: { readonly machine: string; readonly full: string };
  others: number;
};

/** Finds the short names that mean several machines to whoever does not say the domain. */
export type ShortNames = {
  readonly add: (machine: string, name: HostName) => void;
  /** A warning for each, of the second machine that has it. */
  readonly list: () => { readonly machine: string; readonly problem: Problem }[];
};

/** For files without domains, such as /etc/hosts and /etc/ethers, in which `pc1` is one line of several. */
export function createShortNames(): ShortNames {
  const known = new Map<string, string | Shared>();
  return {
    add: (machine, { short, full = short }) => {
      const first = known.get(short);
      // Nearly every name is that of one machine: no object is made for it.
      if (first === undefined) known.set(short, full);
      else if (typeof first !== 'string') first.others += 1;
      else if (first !== full) known.set(short, { full: first, second: { machine, full }, others: 0 });
    },
    list: () => [...known].flatMap(([short, shared]) => (typeof shared === 'string' ? [] : [describe(short, shared)])),
  };
}

function describe(short: string, { full, second, others }: Shared): { machine: string; problem: Problem } {
  const more = others === 0 ? '' : ` and ${others} more`;
  const message = `the short name ${short} means ${full} and ${second.full}${more}`;
  const suggestion = 'in /etc/hosts the first line that has it counts; write the whole name where it matters';
  return { machine: second.machine, problem: { message, suggestion } };
}
