// The steps of an installation, as data: what apply-install.ts can do, and no more.
import type { Argv } from '../../lib/run-command.ts';
import type { PlannedCommand } from '../../packagelink/package/after-command.ts';
import type { BootStep, PlannedArtefact } from '../boot-loaders/boot-plan.ts';
import type { BlankPlace, KeptExtent } from '../look/disk-places.ts';
import type { RenderedFile } from '../render/rendered-file.ts';

/** What belongs together on the console and in the timeline. */
type Phase =
  | 'confirm'
  | 'save'
  | 'teardown'
  | 'partition'
  | 'format'
  | 'verify'
  | 'mount'
  | 'files'
  | 'commands'
  | 'boot-loader'
  | 'finish';

type StepBody =
  | {
      readonly kind: 'command';
      readonly argv: Argv;
      readonly stdin?: string;
      readonly destroys: boolean;
      /** Only 0 unless given. */
      readonly okExitCodes?: readonly number[];
      /** A device; where it is not there the step is skipped, and that is said. */
      readonly onlyIfThere?: string;
      /** Exit codes beside 0 that mean that there was nothing to do; that is said. */
      readonly nothingToDo?: readonly number[];
    }
  /** The facts are read again; any difference from the plan's ends the installation. */
  | { readonly kind: 'confirm-facts' }
  /** Where a data partition is made for the first time, nothing may lie. */
  | ({ readonly kind: 'expect-blank' } & BlankPlace)
  /** Old tables and the places of data partitions, onto the server. */
  | { readonly kind: 'save-disks'; readonly disks: readonly string[] }
  | { readonly kind: 'digest-data'; readonly when: 'before' | 'after'; readonly extents: readonly KeptExtent[] }
  | { readonly kind: 'verify-table'; readonly disk: string }
  /** The kernel's own view of the partitions: what is formatted next goes by its names. */
  | { readonly kind: 'verify-kernel'; readonly disk: string }
  | { readonly kind: 'verify-content'; readonly device: string; readonly type: string; readonly uuid: string }
  | { readonly kind: 'make-directory'; readonly path: string }
  | { readonly kind: 'lay-files'; readonly digest: string; readonly entries: number; readonly rawBytes: number }
  /** What packages ask to be run in the new system, before it has a boot loader. */
  | { readonly kind: 'run-after'; readonly commands: readonly PlannedCommand[] }
  | { readonly kind: 'write-files'; readonly files: readonly RenderedFile[] }
  | Exclude<BootStep, { kind: 'command' }>
  | { readonly kind: 'leave-state'; readonly artefacts: readonly PlannedArtefact[] };

export type InstallStep = { readonly phase: Phase; readonly why: string } & StepBody;
