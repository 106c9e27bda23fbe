import type { Fault } from '../../lib/errors.ts';
import { withoutFinalDot } from '../../lib/final-dot.ts';
import { splitWords } from '../values.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { isBelowLocalhost, isNameOfEveryMachine } from './names-of-every-machine.ts';

/** A name as it is said inside its DOMAIN, and the whole; `full` is undefined when the machine has no domain. */
export type HostName = { readonly short: string; readonly full: string | undefined };

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
// What Linux accepts in sethostname.
const LONGEST_HOST_NAME = 64;
const LONGEST_NAME = 253;
const FORM = 'a host name is made of letters, digits and - inside, in parts separated by dots';

/**
 * Lower case and without the dot at the end; undefined when it is not a host name. What comes back is made of letters,
 * digits, dots and hyphens, so it means nothing else in any format.
 * @see RFC 1123 §2.1
 */
export function parseHostName(text: string): string | undefined {
  const name = withoutFinalDot(text.toLowerCase());
  return describeName(name, LONGEST_NAME) === undefined ? name : undefined;
}

/** Whether a dot at its end says that the name is whole: nothing is put behind it. */
export function isWhole(text: string): boolean {
  return text.endsWith('.');
}

/** A name in lower case that cannot be one in DNS: why. */
function describeName(name: string, longest: number): string | undefined {
  if (name.length > longest) return `it has ${name.length} characters, ${longest} are allowed`;
  const labels = name.split('.');
  const wrong = labels.find((label) => !LABEL.test(label));
  if (wrong === '') return 'a part of it is empty';
  if (wrong !== undefined) return `'${wrong.slice(0, 80)}' is not allowed in one`;
  // A name whose last part is a number is read as an address.
  return /^\d+$/.test(labels.at(-1) ?? '') ? 'its last part is a number, as in an address' : undefined;
}

/** What stands in the way of a name; `word` is the one of the variable's words that is meant. */
export type NameProblem = {
  readonly variable: string;
  readonly word: string;
  /** Behind a colon. */
  readonly reason: string;
  readonly suggestion?: string;
};

/** An alias with the word that gives it. */
type Alias = HostName & { readonly word: string };

/** The names of one machine; what is not a host name is left out and becomes a fault. */
export type MachineNames = { readonly host: HostName; readonly aliases: readonly Alias[] };

export type DescribedNames = {
  /** Undefined when the machine cannot be named at all. */
  readonly names: MachineNames | undefined;
  readonly problems: readonly NameProblem[];
};

/**
 * The machine's name within DOMAIN, and its ALIASES, each once: single labels stand within DOMAIN, names with dots for
 * themselves. Undefined when the machine cannot be named at all. The one rule that checks and exports share.
 */
export function describeNames(machine: ExportMachine): DescribedNames {
  const problems: NameProblem[] = [];
  const domain = describeDomain(machine.values.get('DOMAIN') ?? '', problems);
  const full = describeOwnName(machine.name, domain, problems);
  if (domain === undefined || full === undefined) return { names: undefined, problems };
  const words = splitWords(machine.values.get('ALIASES') ?? '');
  const names = { host: describeHost(full, domain), aliases: describeAliases(words, { full, domain }, problems) };
  return { names, problems };
}

function describeOwnName(name: string, domain: string | undefined, problems: NameProblem[]): string | undefined {
  const reason = isWhole(name) ? 'it ends with a dot' : describeName(name.toLowerCase(), LONGEST_HOST_NAME);
  if (reason !== undefined) problems.push({ variable: 'HOSTNAME', word: name, reason, suggestion: FORM });
  if (domain === undefined || reason !== undefined) return undefined;
  const full = joinDomain(name.toLowerCase(), domain);
  if (isTaken({ variable: 'HOSTNAME', word: name, name: full }, problems)) return undefined;
  if (full.length <= LONGEST_NAME) return full;
  problems.push({ variable: 'DOMAIN', word: full, reason: describeWrong(full) });
  return undefined;
}

/** Lower case and without a dot at its end; undefined, with a problem, when it is not a domain. */
function describeDomain(text: string, problems: NameProblem[]): string | undefined {
  if (text === '') return '';
  const domain = parseHostName(text);
  if (domain !== undefined && !isBelowLocalhost(domain)) return domain;
  const reason =
    domain === undefined ? describeWrong(text) : 'all names below localhost belong to every machine (RFC 6761)';
  problems.push({ variable: 'DOMAIN', word: text, reason, suggestion: FORM });
  return undefined;
}

function describeAliases(
  words: readonly string[],
  { full, domain }: { full: string; domain: string },
  problems: NameProblem[],
): Alias[] {
  const aliases = new Map<string, Alias>();
  for (const word of words) {
    const alias = parseHostName(word);
    const whole = alias === undefined || alias.includes('.') || isWhole(word) ? alias : joinDomain(alias, domain);
    if (whole === undefined || whole.length > LONGEST_NAME) {
      problems.push({ variable: 'ALIASES', word, reason: describeWrong(whole ?? word), suggestion: FORM });
    } else if (whole !== full && !isTaken({ variable: 'ALIASES', word, name: whole }, problems)) {
      if (!aliases.has(whole)) aliases.set(whole, { ...describeHost(whole, domain), word });
    }
  }
  return [...aliases.values()];
}

function describeWrong(text: string): string {
  return describeName(withoutFinalDot(text.toLowerCase()), LONGEST_NAME) ?? 'it is too long';
}

function isTaken({ name, ...what }: { variable: string; word: string; name: string }, problems: NameProblem[]) {
  if (!isNameOfEveryMachine(name)) return false;
  problems.push({ ...what, reason: NOT_TO_GIVE });
  return true;
}

const NOT_TO_GIVE = 'every machine has this name for itself';

/** The names of a machine as exports need them, with a fault for each that is none. */
export function readNames(input: ExportInput, machine: ExportMachine, faults: Fault[]): MachineNames | undefined {
  const { names, problems } = describeNames(machine);
  for (const problem of problems) faults.push(nameFault(input, machine.name, problem));
  return names;
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

function describeHost(full: string, domain: string): HostName {
  if (domain !== '' && full.endsWith(`.${domain}`)) return { short: full.slice(0, -domain.length - 1), full };
  return { short: full, full: full.includes('.') ? full : undefined };
}

/** Why the name of a further interface cannot be one. */
export function describeNicName({ short, full = short }: HostName, variable: string): NameProblem | undefined {
  const reason = describeName(full, LONGEST_NAME) ?? (isNameOfEveryMachine(full) ? NOT_TO_GIVE : undefined);
  return reason === undefined ? undefined : { variable, word: full, reason, suggestion: FORM };
}

/** A fault that names machine, variable and the text that is not a host name, at the line that gives it. */
export function nameFault(input: Pick<ExportInput, 'faultOf'>, name: string, problem: NameProblem): Fault {
  const { variable, word, reason, suggestion } = problem;
  const what = reason === NOT_TO_GIVE ? 'cannot be given to a machine' : 'is not a host name';
  const message = `${name}: ${variable}: '${word.slice(0, 80)}' ${what}: ${reason}`;
  return input.faultOf(name, variable, { message, ...(suggestion === undefined ? {} : { suggestion }) }, word);
}

/** A fault of a name that is in no record of a machine, such as that of a zone. */
export function illegalName(what: {
  input: Pick<ExportInput, 'faultOf'>;
  name: string;
  variable: string;
  text: string;
}): Fault {
  const { input, name, variable, text } = what;
  const parsed = parseHostName(text);
  const reason = parsed !== undefined && isNameOfEveryMachine(parsed) ? NOT_TO_GIVE : describeWrong(text);
  return nameFault(input, name, { variable, word: text, reason, suggestion: FORM });
}
