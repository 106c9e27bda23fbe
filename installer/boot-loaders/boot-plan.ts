// What an installation does so that a machine starts from its disks. In: nothing. Out: types.
import type { Architecture } from '../../lib/architecture.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import type { BootArtefact, BootDigests } from './boot-artefact.ts';
import type { BootPaths } from './boot-paths.ts';
import type { EspMenu } from './entries/esp-entries.ts';
import type { EspFile } from './esp/esp-file.ts';
import type { Esp } from './esp/find-esps.ts';
import type { WantedEntry } from './nvram/wanted-entry.ts';

export type BootPlanInput = {
  readonly layout: Layout;
  /** The files that the machine will have: what is copied from them must be there. */
  readonly tree: MergedTree;
  readonly architecture: Architecture;
  readonly paths: BootPaths;
  /** As the new system will have it. */
  readonly menu: RenderedFile;
  /** Whether the system's own package manager changes its kernels later. */
  readonly osmode: 'image' | 'packages';
  /** Where the new system is mounted. */
  readonly target: string;
};

export type BootStep = { readonly why: string } & (
  | { readonly kind: 'command'; readonly argv: Argv }
  /** Files of one EFI system partition, each replaced by one rename. */
  | {
      readonly kind: 'write-esp';
      readonly esp: Esp;
      readonly files: readonly EspFile[];
      /** For a loader that reads only FAT: entries, and the kernels that they name. */
      readonly menu?: EspMenu;
    }
  /** Of the firmware that the installer runs on; where it has none, or takes none, that is said. */
  | { readonly kind: 'boot-entries'; readonly entries: readonly WantedEntry[] }
);

/** Something that is left on the machine; `digests` is missing where it is known only once it is installed. */
export type PlannedArtefact = {
  readonly loader: string;
  readonly artefact: BootArtefact;
  readonly digests?: BootDigests;
};

export type BootPlan = { readonly artefacts: readonly PlannedArtefact[]; readonly steps: readonly BootStep[] };
