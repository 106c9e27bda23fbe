// A package as people type it. In: `openssl`, `openssl=3.0.11-1`, `libc6:i386=2.36-9`. Out: its fields. Never: knows whether there
// is such a package.
import { InvalidArgumentError } from 'commander';
import { packageNameSchema, wantedPackageSchema } from '../../../contract/fleet/jobs/action.ts';
import { isFileWord } from '../package-files/collect-files.ts';
import type { WantedPackageSpec } from '../../../contract/fleet/jobs/action.ts';

/** `NAME[:ARCH][=VERSION]`, as apt has it; of rpm packages, too. @throws InvalidArgumentError that shows how */
export function parsePackage(text: string): WantedPackageSpec {
  const [, name, arch, version] = /^([^:=]*)(?::([^=]*))?(?:=(.*))?$/s.exec(text) ?? [];
  const { success, data } = wantedPackageSchema.safeParse({
    name,
    ...(arch === undefined ? {} : { arch }),
    ...(version === undefined ? {} : { version }),
  });
  if (success) return data;
  throw new InvalidArgumentError(
    `'${text.slice(0, 100)}' is not a package: NAME, NAME=VERSION or NAME:ARCH=VERSION; patterns are not taken.`,
  );
}

/** For an argument that is repeated; each package once. */
export function collectPackages(text: string, before: readonly WantedPackageSpec[] = []): WantedPackageSpec[] {
  const wanted = parsePackage(text);
  const twin = before.find(({ name, arch }) => name === wanted.name && arch === wanted.arch);
  if (twin === undefined) return [...before, wanted];
  if (twin.version === wanted.version) return [...before];
  throw new InvalidArgumentError(`${wanted.name} is named twice, in different versions.`);
}

/** A word of a file or an address stays as it is. */
export type PackageOrFile = WantedPackageSpec | string;

/** As `collectPackages`; what cannot be the name of a package is a file. */
export function collectPackagesOrFiles(text: string, before: readonly PackageOrFile[] = []): PackageOrFile[] {
  if (isFileWord(text)) return [...before, text];
  const files = before.filter((each) => typeof each === 'string');
  return [
    ...files,
    ...collectPackages(
      text,
      before.filter((each) => typeof each !== 'string'),
    ),
  ];
}

/** Of what has no use for a version. */
export function collectNames(text: string, before?: readonly WantedPackageSpec[]): WantedPackageSpec[] {
  const all = collectPackages(text, before);
  if (all.every(({ version }) => version === undefined)) return all;
  throw new InvalidArgumentError(
    `'${text.slice(0, 100)}' names a version, of which this knows nothing: NAME or NAME:ARCH.`,
  );
}

/** Of what cannot do without one. */
export function collectVersions(text: string, before?: readonly WantedPackageSpec[]): WantedPackageSpec[] {
  const all = collectPackages(text, before);
  if (all.every(({ version }) => version !== undefined)) return all;
  throw new InvalidArgumentError(`'${text.slice(0, 100)}' lacks the version: NAME=VERSION.`);
}

/** Of `--except`, each once. */
export function collectExcepted(text: string, before: readonly string[] = []): string[] {
  if (packageNameSchema.safeParse(text).success) return [...new Set([...before, text])];
  throw new InvalidArgumentError(`'${text.slice(0, 100)}' is no name of a package; patterns are not taken.`);
}
