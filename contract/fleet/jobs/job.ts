// A job: an action for many hosts, and how carefully it is rolled out. In: nothing. Out: zod schemas. Never: I/O.
import { z } from 'zod';
import { wordsSchema } from '../api/fields.ts';
import { actionSchema } from './action.ts';

/**
 * `draft`: made, nothing asked yet. `planning`: a host of each kind of inventory simulates. `planned`: it waits for a yes.
 * `approved`: it waits for its time. `halted`: by its own limit, or by hand; only a person lets it go on.
 */
export const jobStates = [
  'draft',
  'planning',
  'planned',
  'approved',
  'running',
  'paused',
  'halted',
  'done',
  'cancelled',
] as const;
export type JobState = (typeof jobStates)[number];

/** Of a host within a job. Those after `verifying` are the end of it, but `lost`, from which a late answer leads back. */
export const jobHostStates = [
  'waiting',
  'leased',
  'downloading',
  'applying',
  'verifying',
  'done',
  'failed',
  'lost',
  'skipped',
  'refused',
] as const;
export type JobHostState = (typeof jobHostStates)[number];

/** A lease is open: the host may be changing now. */
export const openStates = ['leased', 'downloading', 'applying', 'verifying'] as const satisfies readonly JobHostState[];

/** What counts against the budget. */
export const badStates = ['failed', 'lost'] as const satisfies readonly JobHostState[];

const share = z.number().min(0).max(1);
const DAY_SECONDS = 86_400;

export const rolloutSchema = z.object({
  /** A selector: these hosts come first, and only they. */
  testFirst: wordsSchema(2000).exactOptional(),
  /** How much of the rest has had its turn after each ring, of each site alike; the last one is 1. */
  rings: z
    .array(share.min(0.0001))
    .min(1)
    .max(20)
    .refine((rings) => rings.every((ring, index) => ring > (rings[index - 1] ?? 0)), 'do not rise')
    .refine((rings) => rings.at(-1) === 1, 'do not end with 1')
    .default([0.01, 0.1, 1]),
  /** A ring opens the next one only when so much of it has ended, well or not; hosts that are away may never come. */
  answered: share.default(1),
  /** Seconds between the last ending of a ring and the first lease of the next one. */
  soakSeconds: z
    .int()
    .min(0)
    .max(30 * DAY_SECONDS)
    .default(0),
  /** Programs of /etc/gutinteg/health.d on each host; one that says no makes the host `failed`. */
  health: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/))
    .max(20)
    .default([]),
  /**
   * The job halts when so many hosts have failed or are lost, and never are more leases open than that: so at worst twice as
   * many are hit. Absent: one in a hundred of its hosts, and 1 at least.
   */
  budget: z.int().min(1).max(1_000_000).exactOptional(),
  /** It also halts when this share of the hosts that ended have failed or are lost, and 5 have ended at least. */
  failedShare: share.default(0.2),
  /** A host that says nothing for so long after its lease counts as lost; each word of it begins the time anew. */
  leaseSeconds: z
    .int()
    .min(60)
    .max(7 * DAY_SECONDS)
    .default(3600),
  /** A host that has not come by then is left out. */
  expiresAfterSeconds: z
    .int()
    .min(60)
    .max(365 * DAY_SECONDS)
    .default(7 * DAY_SECONDS),
  /** The name of a window of time; changes begin only within it. */
  window: z.string().max(64).exactOptional(),
  /** A host may have its order so long before the window opens, and downloads meanwhile: a check-in is half an hour apart. */
  downloadBeforeSeconds: z
    .int()
    .min(0)
    .max(7 * DAY_SECONDS)
    .default(2700),
});

export type Rollout = z.infer<typeof rolloutSchema>;

export const jobSpecSchema = z.object({
  action: actionSchema,
  /** A class's name, or a selector; hosts are those of the moment when the job is made. */
  hosts: wordsSchema(20_000),
  /** For `install`, `install-files` and `upgrade-agent`: only hosts that have it already, or only those that do not. */
  only: z.enum(['all', 'with', 'without']).default('all'),
  /**
   * `given`: it begins as soon as it is planned, whatever the plan says, and leaves out hosts that cannot do it. Whoever makes
   * such a job must be approver. For programs that cannot look at a plan.
   */
  approval: z.enum(['asked', 'given']).default('asked'),
  /** A line for people. */
  note: z.string().max(300).default(''),
  rollout: rolloutSchema.prefault({}),
});

export type JobSpec = z.infer<typeof jobSpecSchema>;
