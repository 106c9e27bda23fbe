// How an operation is done, beside its description. In: a description and a function. Out: both, for those who call it.
import type { z } from 'zod';
import type { Operation } from '../../contract/fleet/operation.ts';
import type { Actor, Fleet } from '../fleet.ts';

export type Implementation = {
  readonly operation: Operation;
  /** The input fits the schema; the output is checked by whoever sends it. @throws UserError for people */
  readonly run: (fleet: Fleet, input: never, actor: Actor) => Promise<unknown>;
};

/** The types of input and output are those of the description. */
export const implement = <I extends z.ZodType, O extends z.ZodType>(
  operation: Operation<I, O>,
  run: (fleet: Fleet, input: z.output<I>, actor: Actor) => Promise<z.input<O>>,
): Implementation => ({ operation, run });
