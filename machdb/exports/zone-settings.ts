import type { Fault } from '../../lib/errors.ts';
import { resolveRecord } from '../resolve.ts';
import { splitWords } from '../values.ts';
import type { ExportInput } from './format.ts';
import { parseClasslessZone } from './classless-zones.ts';
import { illegalName, isWhole, parseHostName } from './host-names.ts';
import { isNameOfEveryMachine } from './names-of-every-machine.ts';
import { isReverse } from './zones.ts';
import type { Zone, Zones } from './zones.ts';

/** `10 mail.lab.example`: the lower preference is tried first. */
export type MailExchanger = { readonly preference: number; readonly host: string };

/** What the object of a zone says of it; names are whole and without the dot at the end. */
export type ZoneSettings = {
  readonly ns: readonly string[];
  readonly mx: readonly MailExchanger[];
  /** As a name: `hostmaster@lab.example` is `hostmaster.lab.example`. */
  readonly hostmaster: string;
  readonly ttlSeconds: number;
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly expireSeconds: number;
  /** How long others may remember that a name does not exist. */
  readonly negativeTtlSeconds: number;
};

/** Where names stand: single labels are completed with `domain`. */
type Scope = { readonly input: ExportInput; readonly name: string; readonly domain: string | undefined };

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
// RFC 2181 §8: a time has 31 bits.
const LONGEST_SECONDS = 2 ** 31 - 1;
const LONGEST_MAIL_NAME = 253;
const MOST_MX_PREFERENCE = 65_535;

/** Reads NS, MX, HOSTMASTER, TTL, REFRESH, RETRY, EXPIRE and NEGATIVE_TTL of the object that describes a zone. */
export function readZoneSettings(input: ExportInput, { zone, zones }: { zone: Zone; zones: Zones }, faults: Fault[]) {
  const record = resolveRecord(input.db, zone.object);
  const domain = parseHostName(record['DOMAIN'] ?? '') ?? firstForwardZone(zones, zone.object);
  const scope: Scope = { input, name: zone.object, domain };
  // The name of a network smaller than /24 has a slash, which mail addresses have not.
  const mailDomain = domain ?? parseClasslessZone(zone.name)?.parent ?? zone.name;
  const seconds = (variable: string, standard: number) => readSeconds(scope, { variable, record, standard }, faults);
  const ns = readHosts(scope, { variable: 'NS', words: splitWords(record['NS'] ?? '') }, faults);
  if ((record['NS'] ?? '') === '') {
    const message = `${zone.object}: NS is not set: which name servers has the zone ${zone.name}?`;
    faults.push(input.faultOf(zone.object, 'NS', { message, suggestion: `NS=ns1.${domain ?? 'lab.example'}` }));
  }
  const settings: ZoneSettings = {
    ns,
    mx: isReverse(zone.name) ? [] : readMailExchangers(scope, record['MX'] ?? '', faults),
    hostmaster: readHostmaster(scope, record['HOSTMASTER'] ?? `hostmaster@${mailDomain}`, faults),
    ttlSeconds: seconds('TTL', 3600),
    refreshSeconds: seconds('REFRESH', 10_800),
    retrySeconds: seconds('RETRY', 3600),
    expireSeconds: seconds('EXPIRE', 1_209_600),
    negativeTtlSeconds: seconds('NEGATIVE_TTL', 3600),
  };
  return settings;
}

/** Words of the form `HOST` or `PREFERENCE:HOST`; the preference is 10 unless given. */
export function readMailExchangers(scope: Scope, value: string, faults: Fault[]): MailExchanger[] {
  return splitWords(value).flatMap((word, index, words) => {
    if (/^\d{1,5}$/.test(word)) {
      const message = `${scope.name}: MX: '${word}' is not the name of a mail exchanger`;
      const suggestion = `a preference stands before a colon: ${word}:${words[index + 1] ?? 'mail'}`;
      faults.push(scope.input.faultOf(scope.name, 'MX', { message, suggestion }));
      return [];
    }
    const [, number = '10', text = ''] = /^(?:(\d{1,5}):)?(.*)$/s.exec(word) ?? [];
    const [host] = readHosts(scope, { variable: 'MX', words: [text] }, faults);
    if (host === undefined) return [];
    const preference = Number(number);
    if (preference <= MOST_MX_PREFERENCE) return [{ preference, host }];
    const message = `${scope.name}: MX: the preference ${number} is greater than ${MOST_MX_PREFERENCE}`;
    faults.push(scope.input.faultOf(scope.name, 'MX', { message }));
    return [];
  });
}

function readHosts(scope: Scope, what: { variable: string; words: readonly string[] }, faults: Fault[]): string[] {
  const { input, name, domain } = scope;
  const hosts = what.words.flatMap((text) => {
    const host = parseHostName(text);
    const whole = host?.includes('.') === true || isWhole(text) ? host : joinDomain(host, domain);
    if (whole !== undefined && !isNameOfEveryMachine(whole)) return [whole];
    if (host === undefined || whole !== undefined)
      faults.push(illegalName({ input, name, variable: what.variable, text }));
    else {
      const message = `${name}: ${what.variable}: nothing says in which domain ${host} is`;
      faults.push(input.faultOf(name, what.variable, { message, suggestion: 'write the whole name' }));
    }
    return [];
  });
  return [...new Set(hosts)];
}

function joinDomain(host: string | undefined, domain: string | undefined): string | undefined {
  return host === undefined || domain === undefined ? undefined : parseHostName(`${host}.${domain}`);
}

/** `first.last@lab.example` → `first\.last.lab.example`: dots of the mailbox are escaped (RFC 1035 §8). */
function readHostmaster({ input, name }: Scope, text: string, faults: Fault[]): string {
  const [, mailbox, host = text] = /^([A-Za-z0-9][A-Za-z0-9._+-]{0,62})@(.*)$/s.exec(text) ?? [];
  const domain = parseHostName(host);
  // Without an @ a single label is more likely a mistake than a name. The mailbox is a label before the domain.
  const fits = domain !== undefined && domain.length + (mailbox?.length ?? 0) < LONGEST_MAIL_NAME;
  if (fits && (mailbox !== undefined || domain.includes('.'))) {
    return mailbox === undefined ? domain : `${mailbox.replaceAll('.', String.raw`\.`)}.${domain}`;
  }
  const message = `${name}: HOSTMASTER: '${text.slice(0, 80)}' is not a mail address such as hostmaster@lab.example`;
  faults.push(input.faultOf(name, 'HOSTMASTER', { message }));
  return 'invalid';
}

function readSeconds(
  { input, name }: Scope,
  what: { variable: string; record: Readonly<Record<string, string>>; standard: number },
  faults: Fault[],
): number {
  const text = what.record[what.variable] ?? '';
  if (text === '') return what.standard;
  const [, count = '', unit = ''] = /^(\d{1,10})([smhdw]?)$/i.exec(text) ?? [];
  const seconds = count === '' ? Infinity : Number(count) * (UNITS[unit.toLowerCase()] ?? Infinity);
  if (seconds <= LONGEST_SECONDS) return seconds;
  const message = `${name}: ${what.variable}: '${text.slice(0, 80)}' is not a time such as 3600, 30m, 12h or 1d`;
  faults.push(input.faultOf(name, what.variable, { message }));
  return what.standard;
}

function firstForwardZone(zones: Zones, object: string): string | undefined {
  return [...zones.values()].find((zone) => zone.object === object && !isReverse(zone.name))?.name;
}
