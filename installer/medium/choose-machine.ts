// Which machine of an offline medium this one is. In: the medium, MAC addresses. Out: the machine, or why it is left
// alone. Pure.
import type { Medium, MediumMachine } from '../../contract/medium.ts';
import type { Mac } from '../../lib/mac.ts';

type Chosen = { readonly machine: MediumMachine; readonly mac: Mac } | { readonly leave: string };

/** Only a machine whose MAC address the medium names is installed, and only if it is one machine. */
export function chooseMachine(
  { machines, buildId }: Pick<Medium, 'machines' | 'buildId'>,
  macs: readonly Mac[],
): Chosen {
  const found = machines.flatMap((machine) => {
    const mac = macs.find((candidate) => machine.macs.includes(candidate));
    return mac === undefined ? [] : [{ machine, mac }];
  });
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const named = machines.map(({ lookup, macs: known }) => `${lookup.name} (${known.join(', ')})`).join('; ');
  const own = macs.join(', ') || 'none';
  if (only === undefined) {
    return { leave: `medium ${buildId} installs ${named}; the network cards of this machine are ${own}` };
  }
  const names = found.map(({ machine }) => machine.lookup.name).join(' and ');
  return { leave: `medium ${buildId} takes this machine for ${names}: its network cards are ${own}` };
}
