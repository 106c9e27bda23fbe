import type { MachineRecord } from '../../contract/lookup.ts';
import type { BootPaths } from '../boot-loaders/boot-paths.ts';
import type { KernelFiles } from '../boot-loaders/plan-boot-files.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import type { RenderedFile } from '../render/rendered-file.ts';

/** What the files of a machine depend on. */
export type Rendering = {
  readonly hostname: string;
  readonly record: MachineRecord;
  /** fstab and the like, as the layout's OS family renders them. */
  readonly diskFiles: readonly { readonly path: string; readonly text: string }[];
  readonly consoles: readonly string[];
};

/** What an operating system answers to the installer; one small file each beside this one. */
export type SystemKind = {
  /** The value of OS. */
  readonly name: string;
  /** Files that depend on the machine, kept by every run: the package @generated. */
  readonly renderFiles: (input: Rendering) => RenderedFile[];
  /** The network configuration, in the form that the system's own network manager reads; as above. */
  readonly renderNetwork: (record: MachineRecord) => RenderedFile[];
  /** Paths that follow from disks and boot loader: left to a machine whose layout is not known. */
  readonly diskPaths: readonly string[];
  /**
   * The kernel to be started, and the initramfs, which is taken from the image.
   * @throws UserError when the tree has none
   */
  readonly findKernel: (tree: MergedTree) => KernelFiles;
  /** Where a kernel of this release lies, as package paths. */
  readonly kernelFiles: (release: string) => Pick<KernelFiles, 'kernel' | 'initramfs'>;
  /** The system's own command that writes the menu anew. */
  readonly renewMenuCommand: string;
  readonly bootPaths: BootPaths;
};

/** All the files of a machine that depend on its record. */
export function renderSystem(system: SystemKind, input: Rendering): RenderedFile[] {
  return [...system.renderFiles(input), ...system.renderNetwork(input.record)];
}
