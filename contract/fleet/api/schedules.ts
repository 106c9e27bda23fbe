// Schedules: jobs that are made again and again. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { jobSpecSchema } from '../jobs/job.ts';
import { describeOperation } from '../operation.ts';
import { doneSchema, timeSchema } from './fields.ts';
import { planNameSchema, timesInput } from './windows.ts';

const scheduleInput = {
  name: planNameSchema,
  ...timesInput,
  /** Hosts are those of the moment when a job is made. */
  spec: jobSpecSchema,
  /** Its jobs begin without anybody looking at their plan; whoever saves such a schedule must be an approver. */
  approves: z.boolean().default(false),
  /** Of such a job: hosts that cannot do it are left out. Otherwise it waits for a person when there are any. */
  despiteRefusals: z.boolean().default(false),
};

const scheduleSchema = z.object({
  name: z.string(),
  cron: z.string(),
  zone: z.string(),
  spec: jobSpecSchema,
  /** What its jobs do, in a line for people. */
  title: z.string(),
  approves: z.boolean(),
  despiteRefusals: z.boolean(),
  savedBy: z.string(),
  savedAt: timeSchema,
  /** Who paused it; empty while it is not. */
  pausedBy: z.string(),
  /** Its last time, the job that was made then, and what is to be said of it. */
  lastAt: timeSchema.nullable(),
  lastJob: z.int().nullable(),
  lastText: z.string(),
  /** At most five; none while it is paused. */
  next: z.array(z.object({ at: timeSchema, text: z.string() })),
});

export const listSchedules = describeOperation({
  name: 'schedules',
  summary: 'Schedules, what became of the last time of each, and its next five',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({ schedules: z.array(scheduleSchema) }),
});

export const saveSchedule = describeOperation({
  name: 'save-schedule',
  summary: 'Have a job made again and again; a schedule of that name is replaced',
  role: 'operator',
  changes: true,
  input: z.object(scheduleInput),
  output: scheduleSchema,
});

export const controlSchedule = describeOperation({
  name: 'control-schedule',
  summary: 'Pause a schedule, or let it go on with its next time; jobs that it has made stay',
  role: 'operator',
  changes: true,
  input: z.object({ name: planNameSchema, command: z.enum(['pause', 'resume']) }),
  output: scheduleSchema,
});

export const removeSchedule = describeOperation({
  name: 'remove-schedule',
  summary: 'Take a schedule away; jobs that it has made stay',
  role: 'operator',
  changes: true,
  input: z.object({ name: planNameSchema }),
  output: doneSchema,
});
