// What every package system answers: dpkg and rpm are two kinds of it (all.ts). In: nothing. Out: questions, which are
// programs to run, files to read, and the parser of both. Never: runs or reads anything; ask.ts does that.
import type { Argv, CommandResult } from '../lib/run-command.ts';
import type { FileOption } from './file-options.ts';
import type { PackageChange, PackageJob } from './package-job.ts';

/** One installed package, or a newer version that an upgrade would bring. */
export type PackageItem = {
  /** Without the architecture. */
  readonly name: string;
  /** In the system's own words: `amd64` and `all`, `x86_64` and `noarch`. */
  readonly arch: string;
  /** All of it: epoch, version, revision or release. An epoch of 0 is left out by rpm. */
  readonly version: string;
  /** Sorted. None: a package that is as it should be. */
  readonly flags: readonly PackageFlag[];
  /**
   * Of a candidate: where it comes from, `Debian-Security:12/stable-security` or `updates`; only the suites where apt says
   * no more. Of an installed one: the vendor, or empty.
   */
  readonly origin: string;
};

type PackageFlag = InstalledFlag | CandidateFlag;

/**
 * `auto`: it came as a dependency, as far as the system's files say. `held`: the administrator keeps it from being
 * upgraded. `broken`: its installation or removal did not end; another flag says where that stopped.
 */
export type InstalledFlag =
  | 'auto'
  | 'held'
  | 'broken'
  | 'half-configured'
  | 'half-installed'
  | 'reinstall-required'
  | 'triggers-awaited'
  | 'triggers-pending'
  | 'unpacked';

/**
 * `security`: it comes from a source of security updates. `replacement`: it takes the place of a package of another name.
 * The others say why an upgrade would not bring it now. `held`: by the administrator. `kept-back`: because of its
 * dependencies, or while the system is broken. `phased`: the distribution gives it to other hosts first.
 */
export type CandidateFlag = 'held' | 'kept-back' | 'phased' | 'replacement' | 'security';

/** A program that is run with its input closed. */
export type PackageCommand = {
  readonly argv: Argv;
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are not failures; only 0 unless given. */
  readonly okExitCodes?: readonly number[];
};

export type PackageQuestion<T> = {
  /** Run one after another. */
  readonly commands: readonly PackageCommand[];
  /** Programs that are run only if the results so far call for them; their own results follow those. */
  readonly further?: (results: readonly CommandResult[]) => readonly PackageCommand[];
  /** Text files, absolute; a file that is missing or may not be read is undefined. */
  readonly files?: readonly string[];
  /** @throws FaultsError with every line that it does not understand */
  readonly parse: (results: readonly CommandResult[], texts: readonly (string | undefined)[]) => T;
};

export type PackageSystem = {
  readonly name: 'dpkg' | 'rpm';
  /** Files of which one is there where this system is in use. */
  readonly databases: readonly string[];
  /**
   * Like the argument of Array.sort. Any two strings have an order, and it is that of the system's own programs wherever
   * they accept both. Time grows with the length of the strings, no faster.
   */
  readonly compareVersions: (a: string, b: string) => number;
  /** What is installed, also what is broken. A package of which only configuration is left is not installed. */
  readonly list: PackageQuestion<readonly PackageItem[]>;
  /** Newer versions of what is installed, by the lists that are there; neither root nor a network is needed. */
  readonly candidates: PackageQuestion<readonly PackageItem[]>;
  /** What is broken, in words: a line for each package and dependency. Empty: all is well. */
  readonly broken: PackageQuestion<readonly string[]>;
  /** Whether a line of `broken` is about a dependency or a conflict alone, and the packages themselves are whole. */
  readonly isUnmet: (line: string) => boolean;
  /** Why the host should be restarted, in words; empty: no need. */
  readonly rebootReasons: PackageQuestion<readonly string[]>;
  /** What installed packages say of themselves. Names that are not installed are left out; no names: all packages. */
  readonly describe: (names: readonly string[]) => PackageQuestion<readonly PackageDescription[]>;
  /**
   * The files of an installed package, and what the system's own check says of each. look-at-files.ts adds what they are.
   * Fails when it is not installed. @throws UserError (exit code 2) for what is not the name of a package
   */
  readonly files: (name: string) => PackageQuestion<readonly ClaimedFile[]>;
  /** What a file to install is. Fails when it is not a package of this system. */
  readonly inspectFile: (file: string) => PackageQuestion<PackageFile>;
  /** What such a file would bring. Fails when bytes of it are missing or wrong. */
  readonly fileContents: (file: string) => PackageQuestion<FileContents>;
  /** The end of the names of such files: `.deb`. */
  readonly fileEnding: string;
  /** What it can be let overlook when it installs files. */
  readonly fileOptions: readonly FileOption[];
  /** Of packages that can be installed; its own first, and what fits any last. */
  readonly architectures: PackageQuestion<readonly string[]>;
  /**
   * What a job would change, by the lists that are there. Fails with the system's own words when it refuses.
   * @throws UserError (exit code 2) for what must not stand on a command line
   */
  readonly simulate: (job: PackageJob) => PackageQuestion<readonly PackageChange[]>;
  /** The programs that do a job, as root. Nobody is asked anything. @throws UserError as `simulate` */
  readonly plan: (job: PackageJob) => readonly PackageCommand[];
  /** Programs that fetch what a job needs, as root, and change nothing that is installed. None: nothing is fetched. */
  readonly download: (job: PackageJob) => readonly PackageCommand[];
  /**
   * Brings packages to exact versions, and takes others away, in one transaction. What was installed for another package
   * stays marked so.
   * @param scriptFile where the text that the programs may need is put before they run
   * @throws UserError (exit code 2) for what must not stand on a command line
   */
  readonly restore: (restored: Restored, scriptFile: string) => PackageQuestion<Restore>;
  /** Where packages come from. */
  readonly sources: PackageSources;
  /** What others hold while they change packages or lists. */
  readonly locks: readonly PackageLock[];
  /** Ends of the names of files that a package lays beside edited configuration, which stays: `.dpkg-dist`. */
  readonly besideEdited: readonly string[];
  /** Of what its programs printed, the lines that say why they failed, each once; none when they say nothing of it. */
  readonly failureLines: (output: string) => readonly string[];
  /** What ends a job that was cut off. */
  readonly recover: readonly PackageCommand[];
  /** Files and directories, or patterns of them. While none of these files, nor an entry of these directories, changes, list and candidates are the same. */
  readonly stampPaths: readonly string[];
  /** Patterns of files, absolute. The newest one was changed by the last update of the lists that brought something. */
  readonly listFiles: readonly string[];
};

export type PackageSources = {
  /** Absolute; of a source by its name, which has no slash. */
  readonly places: (name: string) => { readonly source: string; readonly key: string };
  /** Patterns of all files that name sources. */
  readonly patterns: readonly string[];
  /**
   * The text as it shall stand in the file.
   * @param keyFile of the key that signs it; undefined: the text names one
   * @throws FaultsError for what is no source, turns a check of signatures off, or has a password
   */
  readonly render: (text: string, keyFile: string | undefined) => string;
  /** Programs that fetch its lists and no others, as root. @param text as `render` gave it */
  readonly fetch: (name: string, text: string) => readonly PackageCommand[];
};

export type Restored = {
  /** `before` is what is there now. At least one. */
  readonly changes: readonly PackageChange[];
  /** The flags of what is there now count. */
  readonly installed: readonly PackageItem[];
};

export type Restore = {
  /** To be put into the file; undefined: the programs need none. */
  readonly script: string | undefined;
  readonly simulate: PackageQuestion<readonly PackageChange[]>;
  readonly downloads: readonly PackageCommand[];
  readonly commands: readonly PackageCommand[];
};

export type PackageLock = {
  /** Absolute. */
  readonly file: string;
  /** `kernel`: a lock of fcntl(2) on the file. `pid`: the file holds the number of a process, which may have ended. */
  readonly by: 'kernel' | 'pid';
};

export type PackageDescription = {
  readonly name: string;
  readonly arch: string;
  readonly version: string;
  /** One line. */
  readonly summary: string;
  /** Paragraphs, with an empty line between them; without the summary. */
  readonly description: string;
  /** The section of Debian, the group of rpm. */
  readonly class: string;
  /** The maintainer of Debian, the vendor of rpm. */
  readonly vendor: string;
  readonly homepage: string;
  readonly installedBytes: number;
  /** In seconds since 1970; undefined where the system does not know it. */
  readonly installedAt: number | undefined;
};

export type ClaimedFile = {
  /** Absolute; where the file really is if it was diverted. */
  readonly path: string;
  readonly isConfiguration: boolean;
  /** It belongs to the package, which does not bring it: a log. */
  readonly mayBeMissing: boolean;
  /** `unchecked`: the system keeps no checksum of it. `unknown`: whoever asks may not read it. */
  readonly status: 'ok' | 'changed' | 'missing' | 'unchecked' | 'unknown';
  /** What differs: `contents`, `size`, `mode`, `owner`, `group`, `link`, `device`, `capabilities`. */
  readonly differs: readonly string[];
};

/** A .deb or .rpm. */
export type PackageFile = {
  readonly name: string;
  readonly arch: string;
  readonly version: string;
  readonly summary: string;
  /** In the system's own words: `libc6 (>= 2.36)`, `/bin/sh`. */
  readonly depends: readonly string[];
};

export type FileContents = {
  /** Absolute; without directories. */
  readonly paths: readonly string[];
  /** Of files, unpacked. */
  readonly bytes: number;
};
