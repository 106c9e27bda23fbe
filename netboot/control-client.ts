// The administrator's end of the control socket. In: a state directory. Out: checked answers. Never: the network.
import { join } from 'node:path';
import { z } from 'zod';
import { databaseStatusSchema, healthSchema, stateStatusSchema } from '../contract/health.ts';
import type { Health } from '../contract/health.ts';
import type { Consent } from './machine-source.ts';
import { reportSchema } from '../contract/report.ts';
import { UserError } from '../lib/errors.ts';
import { httpExchange } from '../lib/http-exchange.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';

const summarySchema = z.object({
  name: z.string(),
  machineId: z.string(),
  macs: z.array(z.string()),
  state: z.enum(['unknown', 'armed', 'installing', 'booting', 'installed', 'failed']),
  reason: z.string().nullable(),
  attempts: z.int(),
  attemptsAllowed: z.int(),
  lastStep: z.string().nullable(),
  changedAtMs: z.number(),
  /** Data partitions that the next attempt may make. */
  initData: z.array(z.string()),
  /** Disks whose unreadable content it takes for free space, by serial number. */
  knownEmpty: z.array(z.string()),
  waitingFor: z.string(),
});

/** `notes`: what who armed it should know. */
const armedSchema = summarySchema.extend({ notes: z.array(z.string()) });

/** A one-time token, good until `goodUntilMs`, and what to compare. */
const claimSchema = z.object({
  name: z.string(),
  machineId: z.string(),
  macs: z.array(z.string()),
  token: z.string(),
  goodUntilMs: z.number(),
  serverUrl: z.string(),
  fingerprints: z.array(z.string()),
});

const statusSchema = summarySchema.extend({
  lastReport: z.object({ atMs: z.number(), report: reportSchema }).nullable(),
  timeline: z.array(
    z.object({
      source: z.string(),
      key: z.string(),
      text: z.string(),
      atMs: z.number(),
      lastAtMs: z.number(),
      count: z.int(),
    }),
  ),
});

const allSchema = z.object({
  machines: z.array(summarySchema),
  unknown: z.array(z.object({ mac: z.string(), lastAtMs: z.number() })),
  database: databaseStatusSchema,
  state: stateStatusSchema,
});

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

const errorSchema = z.object({ error: z.string(), hint: z.string().optional() });

export type SummaryAnswer = z.infer<typeof summarySchema>;
export type ClaimAnswer = z.infer<typeof claimSchema>;
type ArmedAnswer = z.infer<typeof armedSchema>;
export type StatusAnswer = z.infer<typeof statusSchema>;
export type AllAnswer = z.infer<typeof allSchema>;

export type ControlClient = {
  /** Nothing is allowed besides the installation unless given. */
  readonly arm: (name: string, consent?: Partial<Consent>) => Promise<ArmedAnswer>;
  /** Consent to take in a machine that was installed by hand. */
  readonly claim: (name: string) => Promise<ClaimAnswer>;
  /** Takes consent back; `why` is shown wherever the machine's state is. */
  readonly disarm: (name: string, why: string) => Promise<SummaryAnswer>;
  readonly status: (name: string) => Promise<StatusAnswer>;
  readonly all: () => Promise<AllAnswer>;
  /** @throws UserError also while the server is still opening its ports */
  readonly health: () => Promise<Health>;
};

/** Asks the server that uses this state directory. @throws UserError when none is running or it refuses. */
export function createControlClient(stateDir: string): ControlClient {
  const socketPath = join(stateDir, 'control.sock');
  async function ask<S extends z.ZodType>(schema: S, path: string, body?: unknown): Promise<z.output<S>> {
    const answer = await exchange(socketPath, path, body);
    if (answer.status === 200) return parseJsonEdge(schema, answer.text, `the server's answer to ${path}`);
    const { error, hint } = parseJsonEdge(errorSchema, answer.text, `the server's answer to ${path}`);
    throw new UserError(error, { exitCode: answer.status === 400 ? 2 : 1, ...(hint === undefined ? {} : { hint }) });
  }
  return {
    arm: (name, consent) => ask(armedSchema, '/arm', { name, ...consent }),
    claim: (name) => ask(claimSchema, '/claim', { name }),
    disarm: (name, why) => ask(summarySchema, '/disarm', { name, why }),
    status: (name) => ask(statusSchema, `/machines/${encodeURIComponent(name)}`),
    all: async () => {
      const all = await ask(allSchema, '/machines');
      return { ...all, machines: all.machines.sort(byName) };
    },
    health: () => ask(healthSchema, '/health'),
  };
}

const byName = (one: SummaryAnswer, other: SummaryAnswer): number =>
  one.name < other.name ? -1 : Number(one.name > other.name);

async function exchange(socketPath: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
  const request = body === undefined ? {} : { body: JSON.stringify(body) };
  try {
    const answer = await httpExchange(
      { socketPath, path },
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...request,
        timeoutMs: 60_000,
        maxBytes: MAX_ANSWER_BYTES,
      },
    );
    return { status: answer.status, text: new TextDecoder().decode(answer.body) };
  } catch (error) {
    throw notReached(socketPath, error);
  }
}

function notReached(socketPath: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new UserError(`no gutinteg serve answers at ${socketPath}`, { hint: 'gutinteg serve --site SITE' });
  }
  if (code === 'EACCES') {
    return new UserError(`you may not open ${socketPath}`, { hint: `sudo, or join the group that owns ${socketPath}` });
  }
  return new UserError(`asking the server at ${socketPath}`, { cause: error });
}
