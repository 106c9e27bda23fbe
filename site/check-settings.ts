// Values that the example's packages want. In: a machine. Out: faults at its lines. Pure.
import type { Fault } from '../lib/errors.ts';
import { didYouMean } from '../lib/did-you-mean.ts';
import { parseHostName } from '../machdb/exports/host-names.ts';
import { parseIpv4 } from '../lib/ipv4.ts';
import { parseIpv6 } from '../lib/ipv6.ts';
import { wordsOf } from '../contract/record.ts';
import type { Machine } from '../machdb/types.ts';
import { placeOf } from './place-of.ts';

/** What is wrong, behind the variable's name, and how to mend it. */
type Problem = Pick<Fault, 'message' | 'suggestion'>;

const URL_FORM = 'is not a URL such as http://proxy.lab.example:3128';

const CHECKS: Readonly<Record<string, (value: string) => Problem | undefined>> = {
  TIMEZONE: checkTimeZone,
  NTP: (value) => {
    const wrong = wordsOf(value).find((word) => !isHost(word));
    return wrong === undefined
      ? undefined
      : { message: `'${wrong.slice(0, 80)}' is neither a host name nor an address` };
  },
  LOCALE: (value) =>
    /^(C|POSIX|(C|[a-z]{2,3}(_[A-Z]{2})?)\.UTF-8(@[a-z]+)?)$/.test(value)
      ? undefined
      : { message: `'${value.slice(0, 80)}' is not a locale such as C.UTF-8 or de_DE.UTF-8` },
  KEYBOARD: (value) =>
    /^[a-z]{2,12}(,[a-z]{2,12})*$/.test(value)
      ? undefined
      : { message: `'${value.slice(0, 80)}' is not a layout such as us, de or us,de` },
  APT_PROXY: checkUrl,
  APT_MIRROR: checkUrl,
  APT_SECURITY: checkUrl,
  APT_SUITE: (value) =>
    /^[a-z][a-z0-9-]*$/.test(value)
      ? undefined
      : { message: `'${value.slice(0, 80)}' is not a release such as bookworm` },
  ROOT_PASSWORD_HASH: checkHash,
};

/** Without these, the lines of sources.list are none that apt can read. */
const NEEDED: Readonly<Record<string, string>> = {
  APT_MIRROR: 'apt-sources',
  APT_SECURITY: 'apt-sources',
  APT_SUITE: 'apt-sources',
};

/** The empty value says nothing, as it does everywhere, except where a package cannot do without. */
export function checkSettings(machine: Machine): Fault[] {
  const packages = wordsOf(machine.values.get('PACKAGES') ?? '');
  return Object.entries(CHECKS).flatMap(([variable, check]): Fault[] => {
    // A variable that nothing sets is missed where the template is read.
    const value = machine.values.get(variable);
    const user = NEEDED[variable];
    const isMissed = value === '' && user !== undefined && packages.includes(user);
    const problem = isMissed ? { message: `is empty; the package ${user} needs it` } : value ? check(value) : undefined;
    if (problem === undefined) return [];
    const { message, ...more } = problem;
    return [{ severity: 'error', ...placeOf(machine, variable), message: `${variable}: ${message}`, ...more }];
  });
}

/** The names that Node knows; their capitals matter, because each is a file. */
function checkTimeZone(value: string): Problem | undefined {
  const known = ['Etc/UTC', 'UTC', ...Intl.supportedValuesOf('timeZone')];
  if (known.includes(value)) return undefined;
  const same = known.find((name) => name.toLowerCase() === value.toLowerCase());
  const isName = /^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(value);
  // Older names, such as US/Pacific, are links to those in the list.
  if (same === undefined && isName && isTimeZone(value)) return undefined;
  const suggestion = same === undefined ? didYouMean(value, known) : `did you mean ${same}?`;
  const message = `'${value.slice(0, 80)}' is not a time zone such as Europe/Berlin`;
  return { message, ...(suggestion === undefined ? {} : { suggestion }) };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function checkUrl(value: string): Problem | undefined {
  const url = /["'\\\s]/.test(value) ? null : URL.parse(value);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return { message: `'${value.slice(0, 80)}' ${URL_FORM}` };
  }
  if (url.username === '' && url.password === '') return undefined;
  return { message: 'has a name or a password in it, which every machine and the database would show' };
}

function isHost(word: string): boolean {
  return parseHostName(word) !== undefined || parseIpv4(word) !== undefined || parseIpv6(word) !== undefined;
}

/** Methods that cannot be tried out fast: yescrypt, bcrypt, SHA-512, SHA-256. @see crypt(5) */
const HASHES = [
  /^\$g?y\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}$/,
  /^\$2[abxy]\$\d{2}\$[./A-Za-z0-9]{53}$/,
  /^\$6\$(rounds=[1-9]\d{0,8}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}$/,
  /^\$5\$(rounds=[1-9]\d{0,8}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}$/,
];

/** Says nothing of the value: it may be a password. */
function checkHash(value: string): Problem | undefined {
  if (HASHES.some((hash) => hash.test(value))) return undefined;
  return {
    message: 'is not a hash of a password; if it is a password, it must not stand here: choose another one',
    suggestion:
      'mkpasswd -m yescrypt (of the package whois) asks for a password and prints its hash; write it in quotes',
  };
}
