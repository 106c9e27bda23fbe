import type { Argv } from '../../lib/run-command.ts';
import type { OptionTable } from '../option-table.ts';
import type { ContentRequest } from '../spec-types.ts';

/** What a file system is made on. */
export type MakeTarget = {
  readonly device: string;
  /** As `uuidFrom` made it. */
  readonly uuid: string;
  readonly label?: string;
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  /** An EFI system partition. */
  readonly forFirmware?: boolean;
};

/** A command that looks at a file system and changes nothing; exit code 0 is sound. */
type CheckCommand = { readonly argv: Argv; readonly okExitCodes: readonly number[] };

/** What a file system says of itself; shared code asks these questions and never looks at the name. */
export type FilesystemKind = {
  readonly name: string;
  /** The TYPE that blkid reads from it. */
  readonly blkidType: string;
  /** A smaller partition is refused. */
  readonly minBytes: number;
  /** One of this size or more, too. */
  readonly limitBytes?: number;
  /** `files`: has a mount point or none; `swap`: has none, or that of a file system in memory. */
  readonly use: 'files' | 'swap';
  /** Whether a Unix can have its root on it. */
  readonly rootable: boolean;
  /** Another system's own: it is kept as `data`, never made, and not mounted while a machine is installed. */
  readonly keptOnly?: boolean;
  /** What mount(8) calls it, where that is not its name. */
  readonly mountType?: string;
  /** GPT type GUID and DOS type in hexadecimal, where the kind has one of its own. */
  readonly gptType?: string;
  readonly dosType?: string;
  readonly labelMaxBytes: number;
  /** A character that no label can have. */
  readonly labelForbids?: RegExp;
  /** A label as it is on the disk, where its maker changes it. */
  readonly labelAs?: (label: string) => string;
  /** Whether the mount point is its label where the spec gives none. */
  readonly labelByMountPoint: boolean;
  readonly operation: 'mkfs' | 'mkswap';
  /** Mount options that only this kind knows. */
  readonly mountOptions: OptionTable;
  /** What is wrong with options that are each right, together. */
  readonly optionProblems?: (
    options: readonly string[],
    request: Pick<ContentRequest, 'data' | 'mountPoint'>,
  ) => string[];
  /** Names of options that only the first mount heeds: a root is mounted by the kernel's command line first. */
  readonly firstMountOptions?: readonly string[];
  /** Added to the spec's options, unless the spec sets an option of the same name. */
  readonly addedOptions: { readonly root: readonly string[]; readonly other: readonly string[] };
  /** `fs_passno` of fstab(5): the order of fsck, 0 is never. */
  readonly fsckPass: { readonly root: number; readonly other: number };
  /** A derived UUID as this file system can hold it, and as blkid prints it. */
  readonly uuidFrom: (derived: string) => string;
  readonly make: (target: MakeTarget) => Argv;
  /** Why `make` is run as it is. */
  readonly makeWhy: string;
  /** What its mount options need inside a fresh one. */
  readonly makeInside?: (device: string, options: readonly string[]) => Argv[];
  /** Looks whether one that is kept has what its mount options need; writes nothing. */
  readonly expectInside?: (device: string, options: readonly string[]) => Argv[];
  /** Looks whether a fresh one is sound. */
  readonly check?: (device: string) => CheckCommand;
  /** Where its first superblock lies: it is compared before and after an installation that keeps it. */
  readonly superblock: { readonly offsetBytes: number; readonly sizeBytes: number };
};
