// Databases for tests of checks and exports together.
import * as fc from 'fast-check';
import { UserError } from '../../lib/errors.ts';
import { exportText } from '../exports/export-text.ts';
import { exportFormatNames } from '../exports/format-names.ts';
import type { ExportFormatName } from '../exports/format-names.ts';
import { parseMachdb } from '../parse.ts';

const legalOrNot = (legal: readonly string[], wrong: readonly string[]) =>
  fc.oneof({ arbitrary: fc.constantFrom(...legal), weight: 12 }, { arbitrary: fc.constantFrom(...wrong), weight: 1 });

const machine = fc.record(
  {
    DOMAIN: legalOrNot(['x.example', 'X.example.', 'e.x.example', 'o.example', ''], ['localhost', 'a_b', '.']),
    ALIASES: legalOrNot(
      ['www', 'ns', 'mail', 'www.x.example.', 'a', 'b-n', 'top.', 'x.example'],
      ['localhost', 'a_b', '1'],
    ),
    MX: legalOrNot(['mail', '5:a', 'mx.o.example.'], ['99999:a', 'a_b']),
    IP6: legalOrNot(['2001:db8::1', '2001:DB8:0::2 2001:db8::3', ''], ['::', 'x']),
    NETMASK: legalOrNot(['255.255.255.0', '255.255.255.0', '255.255.255.252'], ['255.0.255.0', '0.0.0.0']),
    NETWORK: legalOrNot(['10.0.0.0', ''], ['10.0.0.4']),
    GATEWAY: legalOrNot(['10.0.0.254', ''], ['10.0.1.1', '224.0.0.1']),
    BROADCAST: legalOrNot(['10.0.0.255'], ['x']),
    NAMESERVER: legalOrNot(['10.0.0.9', ''], ['::1']),
    MAC: fc.integer({ min: 1, max: 9 }).map((last) => `0:0:0:0:0:${last}`),
    NIC_n_IP: fc.integer({ min: 0, max: 9 }).map((last) => `10.0.0.${last + 32}`),
    NIC_n_MAC: fc.integer({ min: 1, max: 9 }).map((last) => `0:0:0:0:1:${last}`),
    NIC_n_NETMASK: fc.constant('255.255.255.0'),
    name: fc.constantFrom('a', 'b', 'c', 'A', 'b-n', 'ns', 'a.e', 'x.example', 'm.x.example', '7', '12h', 'all'),
    group: fc.constantFrom('', 'g-1', 'g.1', 'c', 'g2'),
  },
  { requiredKeys: ['name'] },
);

/** Databases as text: machines, zones and groups that mostly are as they should be, and clash with each other. */
export const randomHosts: fc.Arbitrary<string> = fc
  .record({
    zones: fc.option(
      fc.record({
        ZONE: legalOrNot(
          ['x.example', 'x.example. e.x.example', '0.0.10.in-addr.arpa', 'x.example 10.in-addr.arpa'],
          ['a_b'],
        ),
        NS: legalOrNot(['ns.other.example', 'ns', 'a b', 'ns.e.x.example'], ['a_b', 'localhost.']),
        TTL: legalOrNot(['1h', '', '0'], ['x']),
        MX: legalOrNot(['', 'mail', '3:www.x.example'], ['a_b']),
      }),
    ),
    machines: fc.array(machine, { maxLength: 4 }),
  })
  .map(({ zones, machines }) => {
    const lines = (variables: object) =>
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join('');
    const texts = machines.map(({ name, group, ...variables }, index) => {
      const parents = group === undefined || group === name ? '' : group;
      return `${name}: ${parents}\nIP=10.0.0.${index + 1}\n${lines(variables)}`;
    });
    return `${zones === null ? '' : `zones:\n${lines(zones)}`}g-1:\ng.1:\ng2:\n${texts.join('')}`;
  })
  .filter(isParsed);

/** One document; `said` is why there is no text, or what is strange. */
type ExportedDocument = {
  readonly format: ExportFormatName;
  readonly zone: string | undefined;
  readonly text: string;
  readonly said: readonly string[];
};

/** Every document that can be exported of a database. */
export function exportAll(text: string): ExportedDocument[] {
  const zones = /ZONE=(.*)/.exec(text)?.[1]?.split(' ') ?? [];
  return exportFormatNames.flatMap((format) => {
    const isDns = format === 'dns' || format === 'reverse-dns';
    const wanted = isDns ? zones.filter((zone) => zone.endsWith('.arpa') === (format === 'reverse-dns')) : [undefined];
    return wanted.map((zone) => ({ format, zone, ...exportText(format, text, zone === undefined ? {} : { zone }) }));
  });
}

function isParsed(text: string): boolean {
  try {
    parseMachdb([{ path: 'x.db', text }]);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
