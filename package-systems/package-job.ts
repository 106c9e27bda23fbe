// What a package system can be told to do, as data. In: nothing. Out: types, and what may stand on its command line. Never:
// decides what is to be done, or does it. Security upgrades are upgrades of the candidates that have that flag.
import { UserError } from '../lib/errors.ts';
import type { FileOption } from './file-options.ts';
import { requireName } from './require-name.ts';

export type WantedPackage = {
  readonly name: string;
  readonly arch?: string;
  /** Exactly this one; else the newest that the lists have. */
  readonly version?: string;
};

export type PackageJob =
  | {
      /**
       * `upgrade` leaves out what is not installed; `downgrade` needs versions. `purge` takes configuration along where the
       * system can tell. `hold` keeps the installed version.
       */
      readonly do: 'install' | 'upgrade' | 'downgrade' | 'remove' | 'purge' | 'hold' | 'unhold';
      /** At least one. */
      readonly packages: readonly WantedPackage[];
    }
  | {
      readonly do: 'install-files';
      readonly files: readonly string[];
      /** With some of them the system finds no dependencies in its lists. */
      readonly options?: readonly FileOption[];
    }
  | { readonly do: 'upgrade-all' }
  | { readonly do: 'update-lists' };

/** One package that a job would change. No `before`: it is new. No `after`: it goes. */
export type PackageChange = {
  readonly name: string;
  readonly arch: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
};

const VERSION = /^[\w.+:~^-]{1,255}$/;

/** @throws UserError (exit code 2) */
function requireVersion(version: string): string {
  if (VERSION.test(version)) return version;
  throw new UserError(`${JSON.stringify(version.slice(0, 100))} is not the version of a package`, { exitCode: 2 });
}

/** @throws UserError (exit code 2) for a path that could be taken for an option or a name */
function requireFile(file: string): string {
  if (file.startsWith('/')) return file;
  throw new UserError(`${JSON.stringify(file.slice(0, 100))} is not an absolute path`, { exitCode: 2 });
}

/**
 * The words of a job behind the verb, each package in the system's own spelling.
 * @throws UserError (exit code 2) for what must not stand on a command line, and for a downgrade without a version
 */
export function argumentsOf(job: PackageJob, spell: (wanted: WantedPackage) => string): readonly string[] {
  if (job.do === 'install-files') return job.files.map(requireFile);
  if (!('packages' in job)) return [];
  // No name would mean every package to some of the verbs.
  if (job.packages.length === 0) throw new UserError(`nothing to ${job.do}: no package is named`, { exitCode: 2 });
  return job.packages.map((wanted) => {
    if (wanted.version === undefined && job.do === 'downgrade')
      throw new UserError(`downgrade of ${wanted.name}: no version is given`, { exitCode: 2 });
    return spell(requireWanted(wanted));
  });
}

/** @throws UserError (exit code 2) for what must not stand on a command line */
export function requireWanted(wanted: WantedPackage): WantedPackage {
  requireName(wanted.name);
  if (wanted.arch !== undefined) requireName(wanted.arch);
  if (wanted.version !== undefined) requireVersion(wanted.version);
  return wanted;
}
