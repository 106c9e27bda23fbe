// Windows of time: when hosts may be changed. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { doneSchema, timeSchema, wordsSchema } from './fields.ts';

/** Of a window or of a schedule. */
export const planNameSchema = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9._-]*$/i, 'is not a name: letters, digits, dots, hyphens, and first a letter');

/** When something happens again and again. */
export const timesInput = {
  cron: wordsSchema(200).describe('minute, hour, day of month, month, weekday, as of cron: 0 2 * * sat#2'),
  zone: z
    .string()
    .max(64)
    .regex(/^[a-z][\w+/-]*$/i, 'is not a time zone; names are such as Europe/Berlin, or UTC')
    .describe('a time zone by its name of IANA'),
};

const MINUTE = 60;
const WEEK = 7 * 86_400;

const windowInput = {
  name: planNameSchema,
  ...timesInput,
  /** As it goes by, whatever clocks do meanwhile. */
  durationSeconds: z
    .int()
    .min(MINUTE, 'a window is open for a minute at least')
    .max(WEEK, 'a window is open for seven days at most'),
};

const openingSchema = z.object({
  from: timeSchema,
  to: timeSchema,
  /** `Sat 2026-12-05 02:00 Europe/Berlin (UTC+01:00)`. */
  text: z.string(),
});

const windowSchema = z.object({
  name: z.string(),
  cron: z.string(),
  zone: z.string(),
  durationSeconds: z.int(),
  savedBy: z.string(),
  savedAt: timeSchema,
  isOpen: z.boolean(),
  /** At most five; the first one may be open. */
  openings: z.array(openingSchema),
  /** Jobs that have not ended, and begin on hosts only within it. */
  jobs: z.array(z.int()),
});

export const listWindows = describeOperation({
  name: 'windows',
  summary: 'Windows of time within which jobs change hosts, and when they open next',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({ windows: z.array(windowSchema) }),
});

export const saveWindow = describeOperation({
  name: 'save-window',
  summary: 'Say when a window opens; one of that name is replaced, for jobs that wait for it, too',
  role: 'approver',
  changes: true,
  input: z.object(windowInput),
  output: windowSchema,
});

export const removeWindow = describeOperation({
  name: 'remove-window',
  summary: 'Take a window away that no job and no schedule needs',
  role: 'approver',
  changes: true,
  input: z.object({ name: planNameSchema }),
  output: doneSchema,
});
