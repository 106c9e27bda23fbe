// What a server asks of a host beyond its lists, and what the host answers. In: nothing. Out: zod schemas. Never: I/O. What
// changes a host is an order, which its executor takes only with the right signature.
import { z } from 'zod';
import { signedOrderSchema } from './jobs/order.ts';
import { orderProgressSchema, orderResultSchema } from './jobs/order-report.ts';

const nameSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\w.+:~^-]+$/, 'is no name of a package');

/** The number of a task or message: each side counts its own from 1, by host, and never uses a number twice. */
const numberSchema = z.int().min(1);

/** What people may ask of a host: it changes nothing there. */
export const hostQuestionSchema = z.discriminatedUnion('kind', [
  /** Look again, even if nothing seems to have changed. */
  z.object({ kind: z.literal('refresh') }),
  /** The files of an installed package, with their state. */
  z.object({ kind: z.literal('files'), package: nameSchema }),
  /** Description and fields of an installed package. */
  z.object({ kind: z.literal('details'), package: nameSchema }),
  /** Where its packages come from. */
  z.object({ kind: z.literal('sources') }),
]);

export type HostQuestion = z.infer<typeof hostQuestionSchema>;

/** What is asked, before it has a number. */
export const newTaskSchema = z.discriminatedUnion('kind', [
  ...hostQuestionSchema.options,
  /** For the executor of this host: of a job, or a simulation. */
  z.object({ kind: z.literal('order'), order: signedOrderSchema }),
]);

export type NewTask = z.infer<typeof newTaskSchema>;

export const taskSchema = newTaskSchema.and(z.object({ seq: numberSchema }));

export type Task = z.infer<typeof taskSchema>;
export type TaskKind = Task['kind'];

export const packageFileSchema = z.object({
  path: z.string().max(4096),
  type: z.enum(['file', 'directory', 'link', 'missing', 'other']),
  /** Of a symbolic link. */
  target: z.string().max(4096).exactOptional(),
  owner: z.string().max(64),
  group: z.string().max(64),
  /** Permission bits, in octal: `0755`. */
  mode: z.string().max(8),
  sizeBytes: z.int().nonnegative(),
  isConfiguration: z.boolean(),
  /** As the package system's own check says: `unknown` where it may not read the file. */
  status: z.enum(['ok', 'changed', 'missing', 'unknown']),
  /** What differs, in words: `contents`, `mode`. */
  differs: z.array(z.string().max(100)).max(20),
});

export type PackageFile = z.infer<typeof packageFileSchema>;

export const packageDetailsSchema = z.object({
  name: z.string().max(255),
  version: z.string().max(255),
  architecture: z.string().max(64),
  summary: z.string().max(500),
  description: z.string().max(20_000),
  /** Section of Debian, group of RPM. */
  class: z.string().max(255),
  /** Maintainer of Debian, vendor of RPM. */
  vendor: z.string().max(500),
  installedBytes: z.int().nonnegative(),
  /** In seconds since 1970, where the package system knows it. */
  installedAt: z.int().nonnegative().exactOptional(),
});

export const MAX_SOURCES = 200;
export const MAX_SOURCE_TEXT = 20_000;

const sourceFileSchema = z.object({
  file: z.string().max(4096),
  /** Passwords are left out. */
  text: z.string().max(MAX_SOURCE_TEXT),
});

export type SourceFile = z.infer<typeof sourceFileSchema>;

/** The most files that one answer has; `total` counts all. */
export const MAX_FILES = 20_000;

const common = { seq: numberSchema, task: numberSchema };

/** A host's answer to a task. It is kept on the host until the server has acknowledged its number. */
export const messageSchema = z.discriminatedUnion('kind', [
  z.object({ ...common, kind: z.literal('refreshed') }),
  z.object({
    ...common,
    kind: z.literal('files'),
    files: z.array(packageFileSchema).max(MAX_FILES),
    total: z.int().nonnegative(),
  }),
  z.object({ ...common, kind: z.literal('details'), details: packageDetailsSchema }),
  z.object({ ...common, kind: z.literal('sources'), sources: z.array(sourceFileSchema).max(MAX_SOURCES) }),
  /** How far an order is; the task is not answered by it. */
  z.object({ ...common, kind: z.literal('order-progress'), progress: orderProgressSchema }),
  /** How an order has ended. */
  z.object({ ...common, kind: z.literal('order-ended'), result: orderResultSchema }),
  /** It could not be done; in words, with what to do. */
  z.object({ ...common, kind: z.literal('failed'), message: z.string().max(2000) }),
]);

export type Message = z.infer<typeof messageSchema>;
