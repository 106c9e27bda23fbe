import { faultAtLine } from '../faults.ts';
import { splitWords } from '../values.ts';
import type { MachdbObject } from '../types.ts';
import type { CreateInspection, InspectedMachine } from './inspection.ts';

const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
// What Linux accepts in sethostname; DNS would allow 253.
const LONGEST_HOST_NAME = 64;
const LONGEST_DOMAIN_NAME = 253;
const suggestion = 'a host name is made of letters, digits and - inside, in parts separated by dots';

/**
 * Machines whose name, ALIASES or DOMAIN cannot be names in DNS, and names that two machines have in one domain,
 * capitals and small letters being the same.
 * @see RFC 1123 §2.1, RFC 1035 §2.3
 */
export const inspectHostNames: CreateInspection = (db, report) => {
  const owners = new Map<string, MachdbObject>();
  /** Those of the names that are not the machine's own. */
  const aliases = new Set<string>();
  const domains = new Map<string, string | undefined>();

  function inspectDomain({ values, where }: InspectedMachine): string {
    const domain = values.get('DOMAIN') ?? '';
    if (!domains.has(domain)) {
      domains.set(domain, domain === '' ? undefined : describeName(domain, LONGEST_DOMAIN_NAME));
    }
    const problem = domains.get(domain);
    const place = problem === undefined ? undefined : where('DOMAIN');
    if (place !== undefined) report(faultAtLine(db, place, { message: `DOMAIN: ${problem}`, suggestion }));
    return domain;
  }

  function claim(machine: InspectedMachine, name: string, domain: string, alias: boolean): void {
    const full = (name.includes('.') || domain === '' ? name : `${name}.${domain}`).toLowerCase();
    const other = owners.get(full);
    if (other === undefined) {
      owners.set(full, machine.object);
      if (alias) aliases.add(full);
      return;
    }
    const place = (alias ? machine.where('ALIASES') : undefined) ?? machine.object;
    const isAlias = aliases.has(full);
    const taken = `${isAlias ? 'an alias of ' : ''}${other.name} (${other.file}:${other.line})`;
    const message =
      alias || isAlias
        ? `${machine.name} has the name ${full}, which is ${other === machine.object ? 'its own' : taken}`
        : `${machine.name} and ${other.name} are the same host name`;
    report(faultAtLine(db, place, { message }));
  }

  return {
    machine: (machine) => {
      const { name, values } = machine;
      const domain = inspectDomain(machine);
      const problem = describeName(name, LONGEST_HOST_NAME);
      if (problem !== undefined) {
        const message = `${name} cannot be a host name: ${problem}`;
        report(faultAtLine(db, machine.object, { message, suggestion }));
      }
      claim(machine, name, domain, false);
      const aliases = values.get('ALIASES');
      if (aliases === undefined) return;
      for (const alias of new Set(splitWords(aliases))) {
        const wrong = describeName(alias, LONGEST_DOMAIN_NAME);
        const place = machine.where('ALIASES') ?? machine.object;
        if (wrong === undefined) claim(machine, alias, domain, true);
        else report(faultAtLine(db, place, { message: `ALIASES: '${alias.slice(0, 80)}': ${wrong}`, suggestion }));
      }
    },
  };
};

function describeName(name: string, longest: number): string | undefined {
  if (name.length > longest) return `it has ${name.length} characters, ${longest} are allowed`;
  if (!name.includes('.')) return LABEL.test(name) ? describeNumber(name) : describeLabel(name);
  const labels = name.split('.');
  const wrong = labels.find((label) => !LABEL.test(label));
  return wrong === undefined ? describeNumber(labels.at(-1) ?? '') : describeLabel(wrong);
}

function describeLabel(label: string): string {
  return label === '' ? 'a part of it is empty' : `'${label.slice(0, 80)}' is not allowed in one`;
}

function describeNumber(lastLabel: string): string | undefined {
  return /^\d+$/.test(lastLabel) ? 'its last part is a number, as in an address' : undefined;
}
