import { UserError } from '../../lib/errors.ts';
import type { ExitCode, Fault } from '../../lib/errors.ts';
import { faultsError } from '../faults.ts';
import { assignmentsOf, resolveRecord } from '../resolve.ts';
import { splitWords } from '../values.ts';
import type { Machdb } from '../types.ts';
import type { ExportDocument, ExportInput } from './format.ts';
import { parseClasslessZone } from './classless-zones.ts';
import { illegalName, parseHostName } from './host-names.ts';
import { isNameOfEveryMachine } from './names-of-every-machine.ts';

/** A zone and the object whose record describes it; one object may describe several. */
export type Zone = { readonly name: string; readonly object: string };

/** By name. A zone that lies in another is a zone of its own, delegated by the other. */
export type Zones = ReadonlyMap<string, Zone>;

/**
 * The zones of a database: the words of ZONE in every object that sets ZONE itself.
 * @throws FaultsError for names that are none and zones that two objects describe.
 */
export function listZones(input: Pick<ExportInput, 'db' | 'faultOf'>): Zones {
  const zones = new Map<string, Zone>();
  const faults: Fault[] = [];
  for (const object of listZoneObjects(input.db)) {
    for (const text of splitWords(resolveRecord(input.db, object)['ZONE'] ?? '')) {
      const name = parseHostName(text) ?? parseClasslessZone(text)?.name;
      const other = zones.get(name ?? '');
      if (name === undefined || isNameOfEveryMachine(name))
        faults.push(illegalName({ input, name: object, variable: 'ZONE', text }));
      else if (other === undefined) zones.set(name, { name, object });
      else if (other.object !== object) {
        const message = `${object}: ZONE: ${name} is already described by ${other.object}`;
        faults.push(input.faultOf(object, 'ZONE', { message }, text));
      }
    }
  }
  if (faults.length > 0) throw faultsError('looking for the zones of the machine database', faults);
  return zones;
}

/** Whether the zone holds names of addresses. */
export function isReverse(name: string): boolean {
  return /(^|\.)(in-addr|ip6)\.arpa$/.test(name);
}

/** The innermost zone that a name lies in. */
export function zoneOf(name: string, zones: { readonly has: (name: string) => boolean }): string | undefined {
  for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    if (zones.has(rest)) return rest;
    if (!rest.includes('.')) return undefined;
  }
}

/** Whether a name is that of the zone or lies below it, in whatever zone. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** A file for each zone: `lab.example.zone`, `0-26.2.0.192.in-addr.arpa.zone`. */
export function listZoneDocuments(zones: Zones): ExportDocument[] {
  return [...zones.keys()].map((zone) => ({ fileName: `${zone.replace('/', '-')}.zone`, settings: { zone } }));
}

/** What to write so that there is a zone; `zone` and the names in it are examples where the database gives none. */
export function noZoneError(problem: string, { zone, domain }: { zone: string; domain: string }): UserError {
  const exitCode: ExitCode = 2;
  const lines = [
    'write an object such as',
    '  zones:',
    `      ZONE=${zone}`,
    `      NS=ns1.${domain} ns2.${domain}`,
    `      HOSTMASTER=hostmaster@${domain}`,
  ];
  return new UserError(problem, { exitCode, hint: lines.join('\n') });
}

/** For exports of every zone: there is none of this kind. */
export function noDocumentsError(): UserError {
  return noZoneError('the machine database describes no zone of this kind', {
    zone: 'lab.example 0.77.10.in-addr.arpa',
    domain: 'lab.example',
  });
}

function listZoneObjects(db: Machdb): string[] {
  // Reading every line of a large database takes a second; few files speak of zones.
  const files = new Set([...db.texts].filter(([, text]) => text.includes('ZONE')).map(([file]) => file));
  return db.objects
    .values()
    .filter(({ file }) => files.has(file))
    .filter((object) => assignmentsOf(db, object).some(({ variable }) => variable === 'ZONE'))
    .map(({ name }) => name)
    .toArray();
}
