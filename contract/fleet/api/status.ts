// How the whole fleet is. In: nothing. Out: the operation's description.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';

const count = z.int().nonnegative();

const statusOutputSchema = z.object({
  /** Of the server itself, in words: its certificate ends soon, its disk is full. */
  warnings: z.array(z.string()),
  /** Jobs that schedules make within a day, in words. */
  schedules: z.array(z.string()),
  hosts: z.object({ enrolled: count, pending: count, quarantined: count, revoked: count }),
  /** Relays of sites, which are not among the enrolled hosts. */
  relays: z.object({ enrolled: count, silent: count }),
  /** Of the enrolled ones. A host can be counted by more than one of these, and by `upToDate` only if by no other. */
  enrolled: z.object({
    upToDate: count,
    outdated: count,
    /** With a candidate that is a security update. */
    securityOutdated: count,
    heldBack: count,
    broken: count,
    /** A job has failed there or lost it, and none of later was done. */
    jobFailed: count,
    rebootNeeded: count,
    /** Later than twice its interval. */
    silent: count,
    /** Enrolled, and never seen since, or without a list or its newest one. */
    unreported: count,
    /** A check failed, the lists of its repositories are old, or its clock is off. */
    troubled: count,
  }),
});

export const showStatus = describeOperation({
  name: 'status',
  summary: 'How many hosts there are, and how they are',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: statusOutputSchema,
});
