import { describeNicName } from '../exports/host-names.ts';
import type { HostName, MachineNames, NameProblem } from '../exports/host-names.ts';
import { nameNics } from '../exports/interfaces.ts';
import { createShortNames } from '../exports/short-names.ts';
import { faultAtLine, warningAtLine } from '../faults.ts';
import type { MachdbObject } from '../types.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

/** A name as one machine has it; `variable` is what gives it. */
type Claim = { readonly name: HostName; readonly variable: string; readonly word?: string };
type Owner = { readonly object: MachdbObject; readonly variable: string };

/**
 * Machines whose name, ALIASES, DOMAIN or further interfaces cannot be names in DNS, and names that two machines have in
 * one domain, by the rules of the exports. Short names that several machines share are warned of.
 */
export const inspectHostNames: CreateInspection = (db, report, { warnings }) => {
  const owners = new Map<string, Owner>();
  const shortNames = createShortNames();

  function say(machine: InspectedMachine, { variable, word, reason, suggestion }: NameProblem): void {
    const message =
      variable === 'HOSTNAME'
        ? `${machine.name} cannot be a host name: ${reason}`
        : `${variable}: ${variable === 'DOMAIN' ? '' : `'${word.slice(0, 80)}': `}${reason}`;
    const place = machine.where(variable, word) ?? machine.object;
    report(faultAtLine(db, place, { message, ...(suggestion === undefined ? {} : { suggestion }) }));
  }

  function claim(machine: InspectedMachine, { name, variable, word }: Claim): void {
    const full = name.full ?? name.short;
    const other = owners.get(full);
    if (other === undefined) {
      owners.set(full, { object: machine.object, variable });
      if (warnings) shortNames.add(machine.name, name);
      return;
    }
    const place = machine.where(variable, word) ?? machine.object;
    report(faultAtLine(db, place, { message: describeTwice(machine, { full, variable, other }) }));
  }

  function claimAll(machine: InspectedMachine, { host, aliases }: MachineNames): void {
    claim(machine, { name: host, variable: 'HOSTNAME' });
    for (const alias of aliases) claim(machine, { name: alias, variable: 'ALIASES', word: alias.word });
    for (const { name, variable, isAddressed } of nameNics(machine, host)) {
      const problem = variable === undefined ? undefined : describeNicName(name, variable);
      if (problem !== undefined) say(machine, problem);
      else if (variable !== undefined && isAddressed) claim(machine, { name, variable });
    }
  }

  return {
    machine: (machine) => {
      const { names, problems } = machine.names();
      for (const problem of problems) say(machine, problem);
      if (names !== undefined) claimAll(machine, names);
    },
    finish: () => {
      for (const { machine, problem } of shortNames.list()) {
        const object = db.objects.get(machine);
        if (object !== undefined) report(warningAtLine(db, object, problem));
      }
    },
  };
};

function describeTwice(
  { name, object }: InspectedMachine,
  { full, variable, other }: { full: string; variable: string; other: Owner },
): string {
  if (variable === 'HOSTNAME' && other.variable === 'HOSTNAME') {
    return `${name} and ${other.object.name} are the same host name`;
  }
  const how = variable === 'HOSTNAME' || variable === 'ALIASES' ? '' : `${variable}: `;
  if (other.object === object) return `${how}${name} has the name ${full}, which is its own`;
  const { file, line } = other.object;
  const what = other.variable === 'HOSTNAME' ? '' : other.variable === 'ALIASES' ? 'an alias of ' : 'an interface of ';
  return `${how}${name} has the name ${full}, which is ${what}${other.object.name} (${file}:${line})`;
}
