import type { Fault } from '../../lib/errors.ts';
import type { ExportInput } from './format.ts';
import type { HostName, MachineNames } from './host-names.ts';

/** Who has a name, by the whole name. */
export type NameOwners = Map<string, string>;

type Owning = { readonly input: ExportInput; readonly owners: NameOwners };
type Taking = { readonly machine: string; readonly variable: string; readonly name: string; readonly word?: string };

/** Gives a name to a machine; a fault when it is taken already, be it by the same machine. */
export function takeName({ input, owners }: Owning, { machine, variable, name, word }: Taking): Fault[] {
  const other = owners.get(name);
  owners.set(name, machine);
  if (other === undefined) return [];
  const message = `${machine}: ${variable}: the name ${name} already belongs to ${other}`;
  return [input.faultOf(machine, variable, { message }, word)];
}

/** The names of one interface; those of the first are the machine's own and its aliases. */
export function takeNames(
  owning: Owning,
  what: { machine: string; prefix: string; name: HostName; aliases: MachineNames['aliases'] },
): Fault[] {
  const { machine, prefix, name, aliases } = what;
  const variable = variableOf(prefix);
  const own = takeName(owning, { machine, variable, name: name.full ?? name.short });
  if (prefix !== '') return own;
  const more = aliases.flatMap(({ full, short, word }) =>
    takeName(owning, { machine, variable: 'ALIASES', name: full ?? short, word }),
  );
  return [...own, ...more];
}

/** What gives an interface its name: the object itself or, for a further interface, that it has an address. */
export function variableOf(prefix: string): string {
  return prefix === '' ? 'HOSTNAME' : `${prefix}IP`;
}
