// What a host says of an order. In: nothing. Out: zod schemas. Never: I/O.
import { z } from 'zod';
import { packageChangesSchema } from './action.ts';

/** Where an order is on its host, in order. `waiting`: for its window, or for somebody else's lock; the text says which. */
const orderSteps = ['waiting', 'downloading', 'applying', 'verifying'] as const;

export const orderProgressSchema = z.object({
  step: z.enum(orderSteps),
  /** In words, for people; empty when there is nothing to add. */
  text: z.string().max(500),
});

export type OrderProgress = z.infer<typeof orderProgressSchema>;

/**
 * `done`: the host found what was expected. `failed`: it began, and did not get there. `refused`: it changed nothing, and the
 * text says why. `missed`: it changed nothing, as the order's window was over before it could begin; the next one will do.
 * `simulated`: what `changes` says would be done.
 */
const orderOutcomes = ['done', 'failed', 'refused', 'missed', 'simulated'] as const;

export const orderResultSchema = z.object({
  outcome: z.enum(orderOutcomes),
  /** In words: what happened, and what to do. Empty when it is done and nothing is to be said. */
  text: z.string().max(4000),
  /** What has changed, by the lists before and after; of a simulation, what would. */
  changes: packageChangesSchema,
  /** Files of configuration that were edited and stay, while the package's own lie beside them. */
  keptConfiguration: z.array(z.string().max(4096)).max(200),
  /** Something was left half done, by a cut or a failure, and the package system's own recovery was run. */
  recovered: z.boolean(),
  /** Verdicts of the programs in /etc/gutinteg/health.d that the order named. */
  health: z.array(z.object({ name: z.string().max(64), ok: z.boolean(), text: z.string().max(1000) })).max(20),
  /** The last of what the package system printed. */
  output: z.string().max(16_000),
});

export type OrderResult = z.infer<typeof orderResultSchema>;
