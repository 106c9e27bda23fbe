// Hosts, one by one. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { hostKinds, hostNameSchema, hostStates } from '../enrolment.ts';
import { factsSchema } from '../facts.ts';
import { jobHostStates } from '../jobs/job.ts';
import { describeOperation } from '../operation.ts';
import { doneSchema, hostReferenceSchema, timeSchema, wordsSchema } from './fields.ts';

const count = z.int().nonnegative();

/** A host in a list. */
const hostRowSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** A `relay` has no packages; it passes on what the hosts of its site say. */
  kind: z.enum(hostKinds),
  state: z.enum(hostStates),
  /** Why it is in this state, in words; empty when there is nothing to say. */
  reason: z.string(),
  site: z.string(),
  /** `machdb`, `token` or `stranger`: how it came here. */
  origin: z.string(),
  /** Empty until it has reported. */
  os: z.string(),
  osVersion: z.string(),
  packageSystem: z.string(),
  mode: z.string(),
  lastSeenAt: timeSchema.nullable(),
  nextDueAt: timeSchema.nullable(),
  createdAt: timeSchema,
  /** What is to be said of it, each a state of its own, such as `outdated` or `silent`; it is up to date if there is none. */
  findings: z.array(z.object({ kind: z.string(), text: z.string() })),
});

export const listHosts = describeOperation({
  name: 'hosts',
  summary: 'The hosts of the fleet, by name',
  role: 'viewer',
  changes: false,
  input: z.object({
    state: z.enum(hostStates).exactOptional(),
    /** A part of the name, or a pattern with `*` and `?`. */
    search: wordsSchema(300).exactOptional(),
    /** Only hosts of this class, or of this selector, such as `is=outdated`. */
    class: wordsSchema(2000).exactOptional(),
    after: z.string().max(300).exactOptional(),
    limit: z.int().min(1).max(1000).default(100),
  }),
  output: z.object({
    /** Of those that match. */
    total: count,
    /** What to give as `after` for the next page; absent on the last one. */
    next: z.string().exactOptional(),
    hosts: z.array(hostRowSchema),
  }),
});

const eventSchema = z.object({ id: count, host: z.string(), name: z.string(), at: timeSchema, text: z.string() });

const taskRowSchema = z.object({
  id: count,
  kind: z.string(),
  state: z.string(),
  createdAt: timeSchema,
  createdBy: z.string(),
  endedAt: timeSchema.nullable(),
});

/** Its part in a job. */
const hostJobSchema = z.object({
  job: count,
  title: z.string(),
  state: z.enum(jobHostStates),
  /** What it waits for, or what happened, in words. */
  reason: z.string(),
  since: timeSchema,
});

export const showHost = describeOperation({
  name: 'host',
  summary: 'All that is known of a host but its packages',
  role: 'viewer',
  changes: false,
  input: z.object({ host: hostReferenceSchema }),
  output: hostRowSchema.extend({
    publicKey: z.string(),
    machineId: z.string().nullable(),
    /** The name of the relay through which its last check-in came; empty for none. */
    relay: z.string(),
    /** How many enrolled hosts last came through it; of a relay only. */
    behind: count.exactOptional(),
    bootId: z.string(),
    /** The host's clock less the server's, in seconds. */
    clockOffset: z.int(),
    /** Absent until it has reported. */
    facts: factsSchema.exactOptional(),
    /** How many packages it has, and how many candidates; absent until it has reported. */
    installed: count.exactOptional(),
    candidates: count.exactOptional(),
    /** The newest twenty. */
    events: z.array(eventSchema),
    /** Those that have not ended, and the newest ten that have. */
    tasks: z.array(taskRowSchema),
    /** Those of its jobs that it has not ended, and the newest ten that it has. */
    jobs: z.array(hostJobSchema),
  }),
});

export const listEvents = describeOperation({
  name: 'events',
  summary: 'What has happened to hosts, the newest first',
  role: 'viewer',
  changes: false,
  input: z.object({
    host: hostReferenceSchema.exactOptional(),
    /** Only events with a smaller number: the next page. */
    before: z.int().min(1).exactOptional(),
    limit: z.int().min(1).max(1000).default(50),
  }),
  output: z.object({ events: z.array(eventSchema) }),
});

const hostInput = z.object({ host: hostReferenceSchema });

export const approveHost = describeOperation({
  name: 'approve-host',
  summary: 'Let a host in that waits',
  role: 'approver',
  changes: true,
  input: hostInput,
  output: doneSchema,
});

export const revokeHost = describeOperation({
  name: 'revoke-host',
  summary: 'Turn a host away for good: its key is never let in again',
  role: 'approver',
  changes: true,
  input: hostInput.extend({ reason: wordsSchema(500) }),
  output: doneSchema,
});

export const releaseHost = describeOperation({
  name: 'release-host',
  summary: 'Let a quarantined host in anew; the first machine that then comes with its key is the host',
  role: 'approver',
  changes: true,
  input: hostInput,
  output: doneSchema,
});

export const renameHost = describeOperation({
  name: 'rename-host',
  summary: 'Give a host another name',
  role: 'operator',
  changes: true,
  input: hostInput.extend({ name: hostNameSchema }),
  output: doneSchema,
});

export const takeOutHost = describeOperation({
  name: 'take-out-host',
  summary: 'Forget a host; its key may ask to be let in again',
  role: 'approver',
  changes: true,
  input: hostInput,
  output: doneSchema,
});
