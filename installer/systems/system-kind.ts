import type { MachineRecord } from '../../contract/lookup.ts';
import type { BootFiles } from '../boot-loaders/plan-boot-files.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { RenderedFile } from '../render/debian-files.ts';

/** What an operating system answers to the installer; one small file each beside this one. */
export type SystemKind = {
  /** The value of OS. */
  readonly name: string;
  /** Files that depend on the machine, kept by every run: the package @generated. */
  readonly renderFiles: (input: {
    readonly hostname: string;
    readonly record: MachineRecord;
    /** fstab and the like, as the layout's OS family renders them. */
    readonly diskFiles: readonly { readonly path: string; readonly text: string }[];
    readonly consoles: readonly string[];
  }) => RenderedFile[];
  /** Paths that follow from disks and boot loader: left to a machine whose layout is not known. */
  readonly diskPaths: readonly string[];
  /** Files of the boot loader that are written once, at installation. */
  readonly renderBootFiles: (input: {
    readonly root: string;
    readonly modules: readonly string[];
    readonly boot: BootFiles;
    readonly title: string;
    readonly consoles: readonly string[];
  }) => RenderedFile[];
  /** Puts the boot loader on a disk; with `target`, that of the system mounted there. */
  readonly bootLoaderArgv: (disk: string, target?: string) => Argv;
};
