import type { Layout } from '../../partition-specs/layout.ts';
import type { BootPaths } from './boot-paths.ts';
import type { KernelFiles } from './plan-boot-files.ts';

/** What a boot menu is made from. */
export type MenuInput = {
  readonly layout: Layout;
  /** How the kernel finds its root and mounts it: `root=UUID=…`. */
  readonly rootArguments: readonly string[];
  /** The first one is started. */
  readonly kernels: readonly KernelFiles[];
  readonly title: string;
  readonly consoles: readonly string[];
  readonly paths: BootPaths;
};
