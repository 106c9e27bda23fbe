import type { Argv, RunCommand } from '../../lib/run-command.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import type { BootArtefact, BootDigests, RecordedBoot } from './boot-artefact.ts';
import type { KernelFiles } from './plan-boot-files.ts';

/** Where an operating system has what boot loaders need of it; absolute paths. */
export type BootPaths = {
  readonly grubInstall: string;
  readonly grubMenu: string;
};

type MenuInput = {
  readonly layout: Layout;
  /** How the kernel finds its root and mounts it: `root=UUID=…`. */
  readonly rootArguments: readonly string[];
  /** The first one is started. */
  readonly kernels: readonly KernelFiles[];
  readonly title: string;
  readonly consoles: readonly string[];
  readonly paths: BootPaths;
};

type InstallCommand = { readonly argv: Argv; readonly why: string };

/** What became of what was recorded: where it is now, or that the disk that had it is missing. */
type FoundBoot = {
  readonly found: readonly { readonly recorded: RecordedBoot; readonly artefact: BootArtefact }[];
  readonly missing: readonly RecordedBoot[];
};

/** What a boot loader answers to the installer and to the nightly run; one small file each beside this one. */
export type BootLoaderKind = {
  /** As in machine.json. */
  readonly name: string;
  readonly firmware: Layout['firmware'];
  /** What is installed, and where. @throws UserError when the layout has no room for it */
  readonly plan: (layout: Layout) => BootArtefact[];
  /** The commands that install an artefact, or put it back; with `target`, from the system mounted there. */
  readonly install: (artefact: BootArtefact, paths: BootPaths, target?: string) => InstallCommand[];
  /** What the artefact is like now: what differs later is not as installed. */
  readonly digest: (artefact: BootArtefact) => Promise<BootDigests>;
  /**
   * Where the nightly run finds what was recorded; what differs there is put back by `install`.
   * @throws UserError when it is not sure that nobody else's bytes would be replaced
   */
  readonly keep: (recorded: readonly RecordedBoot[], run: RunCommand) => Promise<FoundBoot>;
  /** Written at installation, and whenever kernels change. @throws UserError when the loader cannot read the kernels */
  readonly renderMenu: (input: MenuInput) => RenderedFile;
  /** False for a menu that the system or a person wrote, or changed: it is theirs. */
  readonly isOwnMenu: (text: string) => boolean;
};
