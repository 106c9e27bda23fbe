import { parseMac } from '../lib/mac.ts';
import { canonicalIp } from './find-machine.ts';
import { isIpVariable, isMacVariable } from './query.ts';
import { splitWords } from './values.ts';
import type { Machine } from './types.ts';

/** The machines of a sound database by what they are asked for. */
export type MachineIndex = {
  readonly names: ReadonlySet<string>;
  /** By canonical MAC address. */
  readonly byMac: ReadonlyMap<string, string>;
  /** By canonical IPv4 or IPv6 address. */
  readonly byIp: ReadonlyMap<string, string>;
};

type VariableKind = 'mac' | 'ip' | 'other';

/** An index that is filled while a check shows its machines (`CheckOptions.onMachine`). */
export function createMachineIndex(): {
  index: MachineIndex;
  onMachine: (machine: Pick<Machine, 'name' | 'values'>) => void;
} {
  const names = new Set<string>();
  const byMac = new Map<string, string>();
  const byIp = new Map<string, string>();
  const kinds = new Map<string, VariableKind>();

  function kindOf(variable: string): VariableKind {
    const known = kinds.get(variable) ?? (isMacVariable(variable) ? 'mac' : isIpVariable(variable) ? 'ip' : 'other');
    kinds.set(variable, known);
    return known;
  }

  function onMachine({ name, values }: Pick<Machine, 'name' | 'values'>): void {
    names.add(name);
    for (const [variable, value] of values) {
      const kind = kindOf(variable);
      if (kind === 'other') continue;
      const [index, canonical] = kind === 'mac' ? [byMac, parseMac] : [byIp, canonicalIp];
      for (const word of splitWords(value)) {
        const address = canonical(word);
        if (address !== undefined) index.set(address, name);
      }
    }
  }

  return { index: { names, byMac, byIp }, onMachine };
}
