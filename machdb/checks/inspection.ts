import type { Fault } from '../../lib/errors.ts';
import type { OwnLines } from '../assignments.ts';
import type { DescribedNames } from '../exports/host-names.ts';
import type { Machdb, Machine, MachdbObject } from '../types.ts';

/** A machine that resolves, with the object that it is. */
export type InspectedMachine = Machine & {
  readonly object: MachdbObject;
  readonly own: OwnLines;
  /** Its names, and why it has others not; worked out once. */
  readonly names: () => DescribedNames;
};

/** One kind of check: it is shown everything once, and says at the end what only the whole can tell. */
export type Inspection = {
  /** Every object, machines too. */
  readonly object?: (object: MachdbObject, own: OwnLines) => void;
  readonly machine?: (machine: InspectedMachine) => void;
  readonly finish?: () => void;
};

/** A fault with the same place and message is said once: a line that is wrong is wrong in every heir. */
export type Report = (fault: Fault) => void;

/** Whether to look for what is only strange, too. */
type InspectionOptions = { readonly warnings: boolean };

export type CreateInspection = (db: Machdb, report: Report, options: InspectionOptions) => Inspection;
