// What an installed, running machine reports about itself. In: nothing. Out: zod schemas and their types. Never: I/O.
import { z } from 'zod';
import { hostKeySchema } from './fleet/enrolment.ts';
import { sha256Schema } from './lookup.ts';

/** One path that a run found wrong, and what it did about it. */
const changeSchema = z.object({
  path: z.string().max(4096),
  action: z.enum(['created', 'replaced', 'metadata', 'deleted']),
  why: z.string().max(500),
});

/** A command that a package names for paths that changed. */
const commandSchema = z.object({
  argv: z.array(z.string().max(4096)).min(1).max(1000),
  why: z.string().max(2000),
  /** `planned` in a dry run. */
  outcome: z.enum(['done', 'failed', 'timed-out', 'not-started', 'planned']),
  /** In words: `exit code 3`. */
  ending: z.string().max(500),
  seconds: z.number().nonnegative(),
  /** The last 8 KiB of what it printed. */
  output: z.string().max(8192),
});

/** The tools' own JSON, as the installed system printed it. */
const systemFactsSchema = z.object({
  hostname: z.string().max(255),
  kernel: z.string().max(255),
  findmnt: z.unknown(),
  lsblk: z.unknown(),
  swapon: z.unknown(),
  fstab: z.string().max(65536),
  /** What the machine is, from its firmware's tables; reported at the first boot. */
  hardware: z
    .object({
      manufacturer: z.string().max(255),
      model: z.string().max(255),
      serial: z.string().max(255),
      processor: z.string().max(255),
      processors: z.int().nonnegative(),
      memoryBytes: z.int().nonnegative(),
    })
    .exactOptional(),
});

/** SHA-256 of the first and the last MiB of a partition, and of its file system's superblock. */
const dataDigestsSchema = z.object({ first: sha256Schema, last: sha256Schema, superblock: sha256Schema });

/** A data partition that the installation kept: what was read from it before the first write, and after the last. */
export const keptDataSchema = z.object({
  /** Logical disk and letter: `disk0/h`. */
  name: z.string().max(80),
  before: dataDigestsSchema,
  after: dataDigestsSchema,
});

/**
 * The report of one run of the agent. `run` is `first-boot` once per installation, `adopted` when a machine that was
 * installed by hand has been taken in, `partial` afterwards.
 */
export const reportSchema = z.object({
  run: z.enum(['first-boot', 'adopted', 'partial', 'check']),
  generation: sha256Schema,
  bootId: z.string().max(64),
  ok: z.boolean(),
  seconds: z.number().nonnegative(),
  /** At most the first 1,000; `changedTotal` counts all. */
  changes: z.array(changeSchema).max(1000),
  changedTotal: z.int().nonnegative(),
  errors: z.array(z.string().max(8000)).max(100),
  notices: z.array(z.string().max(2000)).max(100),
  /** What ran after the changes, in order; absent when nothing did. */
  commands: z.array(commandSchema).max(100).exactOptional(),
  system: systemFactsSchema.optional(),
  /** The public SSH host keys, `TYPE KEY` each; whoever uses one looks first whether it is one. */
  hostKeys: z.array(z.string().max(4096)).max(20).exactOptional(),
  /** The key by which the fleet's server is to know this machine (contract/fleet/enrolment.ts); where there is one. */
  fleetKey: hostKeySchema.exactOptional(),
  /** When the run began, in milliseconds since 1970: a report may be delivered by a later run. */
  startedAtMs: z.int().nonnegative().exactOptional(),
  /** The server did not answer: the run went by the last generation that is known on the machine. */
  serverAway: z.object({ sinceMs: z.int().nonnegative() }).exactOptional(),
  /** Of the first boot after an installation that kept data. */
  data: z.array(keptDataSchema).max(100).exactOptional(),
});

export type SystemFacts = z.infer<typeof systemFactsSchema>;
export type Report = z.infer<typeof reportSchema>;
export type KeptData = z.infer<typeof keptDataSchema>;
