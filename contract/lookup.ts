// What the server says about one machine. In: nothing. Out: zod schemas and their types. Never: I/O.
import { z } from 'zod';
import { DISK_SERIAL, INIT_DATA } from './consent.ts';
import { valueSchema } from './record.ts';

/** Lower-case hexadecimal SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal');

/** A package name, with `@ARCH` or `@OSREV-ARCH` where it is a variant; safe as a file name. */
const packageNameSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+@-]*$/, 'not a package name');

/** A resolved machdb record: variable name → value, both exactly as written. */
const recordSchema = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), valueSchema);

/** One package of a machine: its published name, merge priority (0–1000) and the manifest's digest. */
const packageRefSchema = z.object({
  name: packageNameSchema,
  priority: z.int().min(0).max(1000),
  manifest: sha256Schema,
});

/** A data partition that may be made: its letter, or logical disk and letter where several disks have it (`disk1h`). */
export const initDataSchema = z.string().regex(INIT_DATA, 'not a partition such as h or disk1h');

/** A disk whose content no tool can read, and of which who arms knows that it is worth nothing. */
export const knownEmptySchema = z.string().regex(DISK_SERIAL, 'not a serial number');

/** The most partitions, and the most disks, that one arming names. */
export const MAX_INIT_DATA = 100;

/**
 * The answer to a look-up by MAC: everything that decides the machine's files.
 * `generation` is the digest of record, image and packages together; one generation holds for a whole install.
 */
export const lookupSchema = z.object({
  machineId: z.uuid(),
  name: z.string().min(1),
  generation: sha256Schema,
  record: recordSchema,
  image: z.object({ name: packageNameSchema, manifest: sha256Schema }),
  packages: z.array(packageRefSchema),
  /** An installation was asked for: the next start should be from the network. Only for a machine that runs. */
  armed: z.literal(true).exactOptional(),
  /** Data partitions that this installation may make, where they do not exist yet; only while it is installed. */
  initData: z.array(initDataSchema).max(MAX_INIT_DATA).exactOptional(),
  /** Serial numbers of disks whose unreadable content counts as free space; only while it is installed. */
  knownEmpty: z.array(knownEmptySchema).max(MAX_INIT_DATA).exactOptional(),
});

export type MachineRecord = z.infer<typeof recordSchema>;
export type PackageRef = z.infer<typeof packageRefSchema>;
export type Lookup = z.infer<typeof lookupSchema>;
