// Jobs: made, planned, approved, watched, stopped, undone. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { hostKeySchema } from '../enrolment.ts';
import { actionSchema, packageChangesSchema } from '../jobs/action.ts';
import { jobHostStates, jobSpecSchema, jobStates } from '../jobs/job.ts';
import { orderResultSchema } from '../jobs/order-report.ts';
import { describeOperation } from '../operation.ts';
import { hostReferenceSchema, timeSchema, wordsSchema } from './fields.ts';
import { count, pageInput, pageOutput } from './parts.ts';

const jobInput = { job: count.describe("a job's number") };

/** How many of its hosts are in which state. */
const countsSchema = z.partialRecord(z.enum(jobHostStates), count);

const jobRowSchema = z.object({
  id: count,
  state: z.enum(jobStates),
  /** Why it is in this state, or what it waits for, in words. */
  reason: z.string(),
  /** What it does, in a line for people: `upgrade openssl`. */
  title: z.string(),
  note: z.string(),
  createdBy: z.string(),
  createdAt: timeSchema,
  approvedBy: z.string(),
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  /** The schedule that made it. */
  schedule: z.string().nullable(),
  total: count,
  counts: countsSchema,
});

const ringSchema = z.object({
  /** 0 are the test hosts. */
  ring: count,
  total: count,
  counts: countsSchema,
  /** When it was opened; null while it is not. */
  openedAt: timeSchema.nullable(),
  /** Its hosts have ended, and the next ring is opened then; null: it waits for no such time. */
  soaksUntil: timeSchema.nullable(),
});

/** What hosts with the same lists would change. */
const planSchema = z.object({
  id: count,
  /** How many hosts have these lists. */
  hosts: count,
  state: z.enum(['waiting', 'asked', 'planned', 'refused', 'failed']),
  /** The host that simulates, or did. */
  askedOf: z.string(),
  changes: packageChangesSchema,
  /** Packages that are held, kept back or phased, and so stay. */
  stays: z.array(z.object({ name: z.string(), why: z.string() })),
  /** The package system's own words when it refuses, or why nothing was asked. */
  text: z.string(),
});

const jobHostSchema = z.object({
  host: z.string(),
  id: z.string(),
  ring: count,
  state: z.enum(jobHostStates),
  /** What it waits for, or what happened, in words. */
  reason: z.string(),
  since: timeSchema,
  /** Of the report, once it has come. */
  result: orderResultSchema.exactOptional(),
});

export const createJob = describeOperation({
  name: 'create-job',
  summary: 'Make a job for the hosts of a class or selector; nothing is changed before it is approved',
  role: 'operator',
  changes: true,
  input: jobSpecSchema,
  output: z.object({ job: count, hosts: count }),
});

export const listJobs = describeOperation({
  name: 'jobs',
  summary: 'Jobs, newest first',
  role: 'viewer',
  changes: false,
  input: z.object({ state: z.enum(jobStates).exactOptional(), ...pageInput }),
  output: z.object({ ...pageOutput, jobs: z.array(jobRowSchema) }),
});

export const showJob = describeOperation({
  name: 'job',
  summary: 'A job, its rings, and what it would change where',
  role: 'viewer',
  changes: false,
  input: z.object(jobInput),
  output: jobRowSchema.extend({
    spec: jobSpecSchema,
    action: actionSchema,
    /** The number of hosts after whose failure it halts. */
    budget: count,
    rings: z.array(ringSchema),
    /** At most 100, those of most hosts first; `planTotal` counts all, and `job-plans` has them. */
    plans: z.array(planSchema),
    planTotal: count,
    /** The job that this one undoes, and the one that undoes it. */
    undoes: count.nullable(),
    undoneBy: count.nullable(),
  }),
});

export const listJobPlans = describeOperation({
  name: 'job-plans',
  summary: 'What each kind of inventory among the hosts of a job would change',
  role: 'viewer',
  changes: false,
  input: z.object({ ...jobInput, ...pageInput }),
  output: z.object({ ...pageOutput, plans: z.array(planSchema) }),
});

export const listJobHosts = describeOperation({
  name: 'job-hosts',
  summary: 'The hosts of a job, how far each is, and why',
  role: 'viewer',
  changes: false,
  input: z.object({
    ...jobInput,
    state: z.enum(jobHostStates).exactOptional(),
    /** Only this one. */
    host: hostReferenceSchema.exactOptional(),
    ...pageInput,
  }),
  output: z.object({ ...pageOutput, hosts: z.array(jobHostSchema) }),
});

export const planJob = describeOperation({
  name: 'plan-job',
  summary: 'Have one host of each kind of inventory simulate what the job would change',
  role: 'operator',
  changes: true,
  input: z.object(jobInput),
  output: z.object({ plans: count }),
});

export const approveJob = describeOperation({
  name: 'approve-job',
  summary: 'Let a planned job begin, at its time',
  role: 'approver',
  changes: true,
  input: z.object({
    ...jobInput,
    /** Begin although some hosts could not be planned, or refuse; these are left out. */
    despiteRefusals: z.boolean().default(false),
  }),
  output: z.object({ state: z.enum(jobStates) }),
});

export const jobCommands = ['pause', 'resume', 'halt', 'cancel'] as const;

export const controlJob = describeOperation({
  name: 'control-job',
  summary: 'Pause, resume, halt or cancel a job: open leases end by themselves, and no new one is given',
  role: 'operator',
  changes: true,
  input: z.object({ ...jobInput, command: z.enum(jobCommands), why: wordsSchema(300).exactOptional() }),
  output: z.object({ state: z.enum(jobStates) }),
});

export const undoJob = describeOperation({
  name: 'undo-job',
  summary: 'Make a job that brings the packages which a job has changed back to what they were, host by host',
  role: 'operator',
  changes: true,
  input: z.object(jobInput),
  output: z.object({ job: count, hosts: count, warnings: z.array(z.string()) }),
});

export const showOrderKey = describeOperation({
  name: 'order-key',
  summary: 'The public key by which executors know an order of this server',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({ publicKey: hostKeySchema }),
});
