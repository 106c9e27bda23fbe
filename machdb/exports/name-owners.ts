import type { Fault } from '../../lib/errors.ts';
import type { ExportInput } from './format.ts';

/** Who has a name, by the whole name. */
export type NameOwners = Map<string, string>;

/** Gives a name to a machine; a fault when it is taken already, be it by the same machine. */
export function takeName(
  { input, owners }: { readonly input: ExportInput; readonly owners: NameOwners },
  { machine, variable, name }: { machine: string; variable: string; name: string },
): Fault[] {
  const other = owners.get(name);
  owners.set(name, machine);
  if (other === undefined) return [];
  const message = `${machine}: ${variable}: the name ${name} already belongs to ${other}`;
  return [input.faultOf(machine, variable, { message })];
}
