// What every package system answers: dpkg and rpm are two kinds of it (all.ts). In: nothing. Out: questions, which are
// programs to run, files to read, and the parser of both. Never: runs or reads anything; ask.ts does that.
import type { Argv, CommandResult } from '../lib/run-command.ts';

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
  /** Of a candidate: where it comes from, `Debian-Security:12/stable-security` or `updates`. Of an installed one: the vendor, or empty. */
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
 * `security`: it comes from a source of security updates. The others say why an upgrade would not bring it now. `held`:
 * by the administrator. `kept-back`: because of its dependencies, or while the system is broken. `phased`: the
 * distribution gives it to other hosts first.
 */
export type CandidateFlag = 'held' | 'kept-back' | 'phased' | 'security';

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
  /** Files and directories. While none of them nor an entry of such a directory changes, the answers above are the same. */
  readonly stampPaths: readonly string[];
  /** The newest of these files and directories was changed by the last update of the lists that succeeded. */
  readonly listsUpdatedPaths: readonly string[];
};
