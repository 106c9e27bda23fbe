import type { RenderedFile } from '../render/rendered-file.ts';
import type { BootArtefact, BootDigests } from './boot-artefact.ts';
import type { BootPaths } from './boot-paths.ts';
import type { BootPlan, BootPlanInput } from './boot-plan.ts';
import type { Kept, KeepInput } from './kept-boot.ts';
import type { MenuInput } from './menu-input.ts';

/** What a boot loader answers to the installer and to the nightly run; one small file each beside this one. */
export type BootLoaderKind = {
  /** As in machine.json. */
  readonly name: string;
  /** What is installed, where, and how. @throws FaultsError, UserError when the layout or the image lacks something */
  readonly plan: (input: BootPlanInput) => BootPlan;
  /** Files of the system, by absolute paths, that firmware or what it starts will start; Secure Boot asks each for a signature. */
  readonly started: (input: Pick<BootPlanInput, 'layout' | 'architecture' | 'paths'>) => readonly string[];
  /** What an artefact is like once it is installed, where the plan could not know it. */
  readonly digest: (artefact: BootArtefact) => Promise<BootDigests>;
  /**
   * Puts back what is not as it should be.
   * @throws UserError when it is not sure that nobody else's bytes would be replaced
   */
  readonly keep: (input: KeepInput) => Promise<Kept>;
  /** Written at installation, and whenever kernels change. @throws UserError when the loader cannot read the kernels */
  readonly renderMenu: (input: MenuInput) => RenderedFile;
  /** False for a menu that the system or a person wrote, or changed: it is theirs. */
  readonly isOwnMenu: (text: string) => boolean;
  /** What makes a changed menu gutinteg's again; the system's own command unless given. */
  readonly renewMenuCommand?: (paths: BootPaths) => string;
};
