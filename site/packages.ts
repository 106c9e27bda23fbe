// Which package trees a machine gets. In: a record, the names of the site's trees. Out: tree names.
import type { MachineRecord } from '../contract/lookup.ts';
import { wordsOf } from '../contract/record.ts';
import { UserError } from '../lib/errors.ts';
import { chooseVariant } from '../packagelink/package/package-variant.ts';

/** `debian-12-amd64` from OS, OSREV and ARCH, or IMAGE outright. @throws UserError when the record names none */
export function imageOf(machine: string, record: MachineRecord): string {
  const { IMAGE, OS, OSREV, ARCH } = record;
  if (IMAGE !== undefined && IMAGE !== '') return IMAGE;
  const missing = Object.entries({ OS, OSREV, ARCH }).filter(([, value]) => value === undefined || value === '');
  if (missing.length === 0) return `${OS}-${OSREV}-${ARCH}`;
  throw new UserError(
    `${machine} has no OS package: ${missing.map(([name]) => name).join(', ')} not defined, nor IMAGE`,
    {
      exitCode: 2,
    },
  );
}

/**
 * The most specific variant of each name in PACKAGES.
 * `missing` lists names of which no variant fits.
 */
export function packagesOf(
  record: MachineRecord,
  available: ReadonlySet<string>,
): { found: string[]; missing: string[] } {
  const { PACKAGES = '' } = record;
  const names = [...new Set(wordsOf(PACKAGES))];
  const choices = names.map((name) => ({
    name,
    variant: chooseVariant(name, record, (candidate) => available.has(candidate)),
  }));
  return {
    found: choices.flatMap(({ variant }) => (variant === undefined ? [] : [variant])),
    missing: choices.filter(({ variant }) => variant === undefined).map(({ name }) => name),
  };
}
