// What people's commands and the server say to each other over the control socket. In: nothing. Out: zod schemas and their
// types, used by both ends. Never: I/O.
import { z } from 'zod';
import { databaseStatusSchema, healthSchema, stateStatusSchema } from './health.ts';
import { initDataSchema, knownEmptySchema, lookupSchema, MAX_INIT_DATA } from './lookup.ts';
import { reportSchema } from './report.ts';

/** Raised whenever a request or an answer changes so that the other end would misunderstand it. */
export const CONTROL_VERSION = 1;
/** Both ends say their version in this header; who says none speaks version 1, which came before the header. */
export const CONTROL_VERSION_HEADER = 'gutinteg-control-version';

const nameSchema = z.string().min(1).max(255);

/** Bodies of what is posted. */
export const controlRequests = {
  arm: z.strictObject({
    name: nameSchema,
    initData: z.array(initDataSchema).max(MAX_INIT_DATA).readonly().default([]),
    knownEmpty: z.array(knownEmptySchema).max(MAX_INIT_DATA).readonly().default([]),
  }),
  claim: z.strictObject({ name: nameSchema }),
  /** A machine that a medium is to install without the server. */
  medium: z.strictObject({
    name: nameSchema,
    initData: z.array(initDataSchema).max(MAX_INIT_DATA).readonly().default([]),
    knownEmpty: z.array(knownEmptySchema).max(MAX_INIT_DATA).readonly().default([]),
  }),
  /** MAC addresses that somebody has seen on a network. */
  offer: z.strictObject({ macs: z.array(z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/)).max(200) }),
  disarm: z.strictObject({ name: nameSchema, why: z.string().min(1).max(500) }),
};

const summarySchema = z.object({
  name: z.string(),
  machineId: z.string(),
  macs: z.array(z.string()).readonly(),
  state: z.enum(['unknown', 'armed', 'installing', 'booting', 'installed', 'failed']),
  reason: z.string().nullable(),
  attempts: z.int(),
  attemptsAllowed: z.int(),
  lastStep: z.string().nullable(),
  changedAtMs: z.number(),
  /** Data partitions that the next attempt may make. */
  initData: z.array(z.string()).readonly(),
  /** Disks whose unreadable content it takes for free space, by serial number. */
  knownEmpty: z.array(z.string()).readonly(),
  /** What would bring it on, in plain words. */
  waitingFor: z.string(),
});

const timelineLineSchema = z.object({
  source: z.string(),
  key: z.string(),
  text: z.string(),
  atMs: z.number(),
  lastAtMs: z.number(),
  count: z.int(),
});

/** What is answered with status 200, by what was asked; everything else is answered with `error`. */
export const controlAnswers = {
  /** `notes`: what who armed it should know. */
  arm: summarySchema.extend({ notes: z.array(z.string()).readonly() }),
  /** A one-time token, good until `goodUntilMs`, and what to compare. */
  claim: z.object({
    name: z.string(),
    machineId: z.string(),
    macs: z.array(z.string()).readonly(),
    token: z.string(),
    goodUntilMs: z.number(),
    serverUrl: z.string(),
    fingerprints: z.array(z.string()).readonly(),
  }),
  /** What the medium must have of it; `notes`: what who builds it should know. */
  medium: z.object({
    lookup: lookupSchema,
    macs: z.array(z.string()).readonly(),
    token: z.string(),
    serverUrl: z.string(),
    notes: z.array(z.string()).readonly(),
  }),
  /** Those that are in no record, and are in the list of unknown cards now. */
  offer: z.object({ unknown: z.array(z.string()).readonly() }),
  disarm: summarySchema,
  status: summarySchema.extend({
    lastReport: z.object({ atMs: z.number(), report: reportSchema }).nullable(),
    timeline: z.array(timelineLineSchema),
  }),
  all: z.object({
    machines: z.array(summarySchema),
    unknown: z.array(z.object({ mac: z.string(), lastAtMs: z.number() })),
    database: databaseStatusSchema,
    state: stateStatusSchema,
  }),
  /** Machines that have reported SSH host keys, `TYPE KEY` each. */
  hostKeys: z.object({ machines: z.array(z.object({ name: z.string(), keys: z.array(z.string()) })) }),
  health: healthSchema,
  error: z.object({ error: z.string(), hint: z.string().optional() }),
};

export type SummaryAnswer = z.infer<typeof summarySchema>;
export type ArmedAnswer = z.infer<typeof controlAnswers.arm>;
export type ClaimAnswer = z.infer<typeof controlAnswers.claim>;
export type MediumAnswer = z.infer<typeof controlAnswers.medium>;
export type OfferAnswer = z.infer<typeof controlAnswers.offer>;
export type StatusAnswer = z.infer<typeof controlAnswers.status>;
export type HostKeysAnswer = z.infer<typeof controlAnswers.hostKeys>;
export type AllAnswer = z.infer<typeof controlAnswers.all>;

/**
 * What to tell people when the two ends are of different versions; undefined when they are of the same one. What a header
 * says that is not a number counts as newer.
 */
export function compareControlVersions(ends: {
  readonly client: string | undefined;
  readonly server: string | undefined;
}): { readonly message: string; readonly hint: string } | undefined {
  const [client, server] = [versionOf(ends.client), versionOf(ends.server)];
  if (client === server) return undefined;
  const speaks = `it speaks version ${client ?? '?'} of the control socket, the server version ${server ?? '?'}`;
  if (client !== undefined && (server === undefined || client < server)) {
    return {
      message: `this gutinteg is older than the running server: ${speaks}`,
      hint: 'run the gutinteg that serves',
    };
  }
  return {
    message: `the running server is older than this gutinteg: ${speaks}`,
    hint: 'restart the server with this gutinteg, or run the gutinteg that serves',
  };
}

function versionOf(header: string | undefined): number | undefined {
  if (header === undefined) return 1;
  return /^\d{1,9}$/.test(header) ? Number(header) : undefined;
}
