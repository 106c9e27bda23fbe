import type { Fault } from '../../lib/errors.ts';
import { splitWords } from '../values.ts';
import type { ExportInput, ExportMachine } from './format.ts';

/** A name as it is said inside its DOMAIN, and the whole; `full` is undefined when the machine has no domain. */
export type HostName = { readonly short: string; readonly full: string | undefined };

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST_NAME = 253;

/**
 * Lower case and without the dot at the end; undefined when it is not a host name. What comes back is made of letters,
 * digits, dots and hyphens, so it means nothing else in any format.
 * @see RFC 1123 §2.1
 */
export function parseHostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, '');
  const labels = name.split('.');
  if (name.length > LONGEST_NAME || !labels.every((label) => LABEL.test(label))) return undefined;
  // A name whose last part is a number is read as an address.
  return /^\d+$/.test(labels.at(-1) ?? '') && labels.length > 1 ? undefined : name;
}

/** The names of one machine; what is not a host name is left out and becomes a fault. */
export type MachineNames = { readonly host: HostName; readonly aliases: readonly HostName[] };

/**
 * The machine's name within DOMAIN, and its ALIASES, each once: single labels stand within DOMAIN, names with dots for
 * themselves. Undefined when the machine cannot be named at all.
 */
export function readNames(input: ExportInput, machine: ExportMachine, faults: Fault[]): MachineNames | undefined {
  const { name, values } = machine;
  const text = values.get('DOMAIN') ?? '';
  const domain = text === '' ? '' : parseHostName(text);
  const host = parseHostName(name);
  if (domain === undefined) faults.push(illegalName({ input, name, variable: 'DOMAIN', text }));
  if (host === undefined) faults.push(illegalName({ input, name, variable: 'HOSTNAME', text: name }));
  if (domain === undefined || host === undefined) return undefined;
  const full = joinDomain(host, domain);
  if (full.length > LONGEST_NAME) {
    faults.push(illegalName({ input, name, variable: 'DOMAIN', text: full }));
    return undefined;
  }
  const own = describeName(full, domain);
  const aliases = new Map<string, HostName>();
  for (const word of splitWords(values.get('ALIASES') ?? '')) {
    const alias = parseHostName(word);
    const fullAlias = alias === undefined ? '' : alias.includes('.') ? alias : joinDomain(alias, domain);
    if (alias === undefined || fullAlias.length > LONGEST_NAME) {
      faults.push(illegalName({ input, name, variable: 'ALIASES', text: word }));
    } else if (fullAlias !== full) aliases.set(fullAlias, describeName(fullAlias, domain));
  }
  return { host: own, aliases: [...aliases.values()] };
}

/** The name of a further interface: `server1.lab.example` → `server1-storage.lab.example`. */
export function nameOfNic(host: HostName, nic: string): HostName {
  const suffix = `-${nic.toLowerCase().replaceAll('_', '-')}`;
  const add = (name: string) => name.replace(/^[^.]*/, (label) => label + suffix);
  return { short: add(host.short), full: host.full === undefined ? undefined : add(host.full) };
}

/** `lab01` in `lab.example` is `lab01.lab.example`; a name that ends in its domain already is whole. */
function joinDomain(name: string, domain: string): string {
  return domain === '' || name === domain || name.endsWith(`.${domain}`) ? name : `${name}.${domain}`;
}

function describeName(full: string, domain: string): HostName {
  if (domain !== '' && full.endsWith(`.${domain}`)) return { short: full.slice(0, -domain.length - 1), full };
  return { short: full, full: full.includes('.') ? full : undefined };
}

/** A fault that names machine, variable and the text that is not a host name. */
export function illegalName(what: {
  input: Pick<ExportInput, 'faultOf'>;
  name: string;
  variable: string;
  text: string;
}): Fault {
  const { input, name, variable, text } = what;
  const message = `${name}: ${variable}: '${text.slice(0, 80)}' is not a host name`;
  const suggestion = 'a host name is made of letters, digits and - inside, in parts separated by dots';
  return input.faultOf(name, variable, { message, suggestion });
}
