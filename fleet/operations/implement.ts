// How an operation is done, beside its description. In: a description and a function. Out: both, for those who call it.
import type { z } from 'zod';
import type { Operation } from '../../contract/fleet/operation.ts';
import { appendAudit } from '../audit/append-audit.ts';
import type { Actor, Fleet } from '../fleet.ts';
import type { Store, StoreTransaction } from '../store/open-store.ts';

export type Implementation = {
  readonly operation: Operation;
  /** The input fits the schema; call-operation.ts checks the output. @throws UserError for people */
  readonly run: (fleet: Fleet, input: never, actor: Actor) => Promise<unknown>;
};

/** The types of input and output are those of the description. */
export const implement = <I extends z.ZodType, O extends z.ZodType>(
  operation: Operation<I, O>,
  run: (fleet: Fleet, input: z.output<I>, actor: Actor) => Promise<z.input<O>>,
): Implementation => ({ operation, run });

/** What a change works on, and what the audit log will say of it. */
export type Change = {
  readonly fleet: Fleet;
  readonly store: Store;
  readonly transaction: StoreTransaction;
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** Nothing of `details` may be a secret. */
type Told = { readonly subject: string; readonly details?: Readonly<Record<string, unknown>> };

export type ChangeSteps<I, O, P> = {
  /** What takes long and needs no transaction, such as the hash of a password. */
  readonly prepare?: (fleet: Fleet, input: I, actor: Actor) => Promise<P>;
  readonly run: (change: Change, input: I, prepared: P) => Promise<O>;
  /** What was prepared is not needed: the change was not made. */
  readonly abandon?: (fleet: Fleet, prepared: P) => Promise<void>;
  readonly tell: (input: I, output: O, actor: Actor) => Told;
};

/** A change, and its entry of the audit log: both are stored, or neither is. */
export const implementChange = <I extends z.ZodType, O extends z.ZodType, P = undefined>(
  operation: Operation<I, O>,
  { prepare, run, abandon, tell }: ChangeSteps<z.output<I>, z.input<O>, P>,
): Implementation => ({
  operation,
  run: async (fleet: Fleet, input: z.output<I>, actor: Actor) => {
    const prepared = (await prepare?.(fleet, input, actor)) as P;
    const changed = fleet.store.transaction(async (transaction) => {
      const { store } = fleet;
      const at = fleet.now();
      const output = await run({ fleet, store, transaction, actor, at }, input, prepared);
      // The last thing: whoever holds the audit log's lock waits for no other.
      const told = { actor: actor.name, action: operation.name, ...tell(input, output, actor) };
      await appendAudit(store, transaction, { at, ...told });
      return output;
    });
    return changed.catch(async (error: unknown) => {
      await abandon?.(fleet, prepared);
      throw error;
    });
  },
});
