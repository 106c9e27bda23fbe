// What an order comes to on this host. In: nothing. Out: the shape that each kind of action answers with (plan-action.ts).
import type { PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import type { PackageChange } from '../../package-systems/package-job.ts';
import type {
  PackageCommand,
  PackageItem,
  PackageQuestion,
  PackageSystem,
} from '../../package-systems/package-system.ts';

export type OrderPlan = {
  /** What would change, by the lists that are there. Absent: nothing of it can be foreseen. */
  readonly foresee?: () => Promise<readonly PackageChange[]>;
  /** Fetch what is needed, and change nothing that is installed. */
  readonly downloads: readonly PackageCommand[];
  /** Files that are changed before the first of `commands`. */
  readonly files?: FileChanges;
  readonly commands: readonly PackageCommand[];
  /** What is not as it should be afterwards, in words, besides the changes that were foreseen. */
  readonly check?: (installed: readonly PackageItem[]) => readonly string[];
  /** All that is known of the end is how the programs ended: an exit code is a failure in itself. */
  readonly byExitCode?: boolean;
  /** Dependencies that are not met afterwards are what was asked for. */
  readonly ignoresUnmet?: boolean;
  /** The host starts anew; what comes afterwards is another start. */
  readonly restarts?: boolean;
  /** In words, when there is nothing to do. */
  readonly note?: string;
};

export type FileChanges = {
  readonly make: () => void;
  /** The order is done: what was there before is forgotten. */
  readonly keep: () => void;
  /** The order has failed, or was cut off anywhere: all is as it was before. */
  readonly takeBack: () => void;
};

/** What a kind may ask. */
export type KindHost = {
  readonly system: PackageSystem;
  readonly ask: <T>(question: PackageQuestion<T>) => Promise<T>;
  /** A file of root's, for what a program has to read. */
  readonly scriptFile: string;
  /** A file of root's, for what files had in them before they were changed. */
  readonly keptFile: string;
  /** A directory of root's, for the program that is being upgraded. */
  readonly keptProgram: string;
  /** @returns the path of root's own copy @throws UserError unless it has the bytes that were approved */
  readonly stage: (file: PackageFileSource) => string;
};
