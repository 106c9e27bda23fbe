import type { ServerClient } from '../../contract/client.ts';
import type { Mac } from '../../lib/mac.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { ActivateInput } from '../upgrade/activate-agent.ts';
import type { RunMode } from '../description/find-description.ts';
import type { MachineState } from '../machine/machine-state.ts';

/** What a partial run is given. */
export type PartialContext = {
  readonly mode: RunMode;
  /** `/`, or a directory that holds another system, whose boot loader is then not looked at. */
  readonly root: string;
  readonly state: MachineState;
  readonly client: Pick<ServerClient, 'lookup' | 'storeFile' | 'sendEvents' | 'sendReport'>;
  readonly publicKeys: readonly string[];
  readonly run: RunCommand;
  readonly macs: () => Promise<Mac[]>;
  /** Whether the firmware asks what it starts for a signature. */
  readonly secureBoot: () => Promise<boolean>;
  /** The run that takes in a machine which was installed by hand. */
  readonly adopting?: boolean;
  /** More than half of a package may be deleted at once, of whichever package. */
  readonly allowMassDelete: boolean;
  /** Whether every file is read and hashed, also those that lstat shows untouched. */
  readonly contents: boolean;
  /** Which agent this is; undefined when it is none that could replace itself. */
  readonly agent?: ActivateInput['running'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
};
