// What a boot script is made from, in whatever language it is written.

export type StartScript = {
  /** `http://ADDRESS:PORT`. */
  readonly url: string;
};

/** Says why, and starts what is on the disk. */
export type LocalDiskScript = { readonly mac: string; readonly why: string };

export type InstallerScript = {
  readonly name: string;
  readonly mac: string;
  readonly token: string;
  readonly serverUrl: string;
  /** Debian's name of the machine's architecture. */
  readonly architecture: string;
  /** Kernel consoles; the last one is /dev/console. */
  readonly consoles: readonly string[];
  readonly attempt: number;
  readonly attemptsAllowed: number;
};

export type BootScripts = {
  readonly renderStartScript: (script: StartScript) => string;
  readonly renderLocalDiskScript: (script: LocalDiskScript) => string;
  readonly renderInstallerScript: (script: InstallerScript) => string;
};
