// Package files: sent to the server in parts, or fetched by it, and what is in them. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { hasNoPassword, packageFileSourceSchema, sha256Schema } from '../jobs/action.ts';
import { describeOperation } from '../operation.ts';
import { MAX_PART_TEXT } from '../package-file-part.ts';
import { timeSchema } from './fields.ts';
import { count } from './parts.ts';

const GIB = 1024 ** 3;

/** The largest package file. */
export const MAX_FILE_BYTES = GIB;

/** Paths that are kept of a file; `pathTotal` counts all. */
export const MAX_PATHS = 1000;

export const packageFileSchema = packageFileSourceSchema.omit({ url: true }).extend({
  system: z.enum(['dpkg', 'rpm']),
  summary: z.string().max(500),
  depends: z.array(z.string().max(1000)).max(1000),
  /** Of its files, unpacked. */
  unpackedBytes: count,
  paths: z.array(z.string().max(4096)).max(MAX_PATHS),
  pathTotal: count,
  /** Where the server fetched it; null: it was sent. */
  url: z.string().max(2000).nullable(),
  addedBy: z.string(),
  addedAt: timeSchema,
});

export type PackageFile = z.infer<typeof packageFileSchema>;

const fileInput = { sha256: sha256Schema };

/** So much of it is here: the next part begins there. */
const placeOutput = z.object({
  have: count,
  /** Once it is whole and was looked at. */
  file: packageFileSchema.exactOptional(),
});

export const beginPackageFile = describeOperation({
  name: 'begin-package-file',
  summary: 'Ask whether the server has a package file, or how much of it, before it is sent',
  role: 'operator',
  changes: true,
  input: z.object({ ...fileInput, bytes: z.int().positive() }),
  output: placeOutput,
});

export const sendPackageFilePart = describeOperation({
  name: 'send-package-file-part',
  summary: 'Send a part of a package file, of 1 MiB at most, in base64',
  role: 'operator',
  changes: true,
  input: z.object({ ...fileInput, bytes: z.int().positive(), from: count, data: z.string().min(1).max(MAX_PART_TEXT) }),
  output: placeOutput,
});

export const finishPackageFile = describeOperation({
  name: 'finish-package-file',
  summary: 'Compare a package file that was sent with its SHA-256, look at it, and keep it',
  role: 'operator',
  changes: true,
  input: z.object(fileInput),
  output: packageFileSchema,
});

const fetchSchema = z.object({
  id: z.string(),
  url: z.string(),
  state: z.enum(['fetching', 'done', 'failed']),
  have: count,
  /** Null: the other end has not said. */
  bytes: count.nullable(),
  /** Why it failed, and what to do. */
  message: z.string(),
  file: packageFileSchema.exactOptional(),
});

export const fetchPackageFile = describeOperation({
  name: 'fetch-package-file',
  summary: 'Have the server fetch a package file by https, or by http if its SHA-256 is given',
  role: 'operator',
  changes: true,
  input: z.object({
    url: z
      .url({ protocol: /^https?$/, error: 'is no address with https:// or http://' })
      .max(2000)
      .refine(hasNoPassword, 'has a name or password in it, which every host would see'),
    sha256: sha256Schema.exactOptional(),
    /** Also from addresses of this computer and of private networks that the address itself does not name; for admins. */
    allowPrivate: z.boolean().default(false),
  }),
  output: fetchSchema,
});

export const showFetch = describeOperation({
  name: 'package-file-fetch',
  summary: 'How far a fetch of a package file is',
  role: 'viewer',
  changes: false,
  input: z.object({ id: z.string().regex(/^[\w-]{16}$/, 'is no id of a fetch') }),
  output: fetchSchema,
});

export const listPackageFiles = describeOperation({
  name: 'package-files',
  summary: 'Package files that the server keeps, newest first',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({
    files: z.array(packageFileSchema.omit({ paths: true, depends: true })),
    bytes: count,
    maxBytes: count,
  }),
});

const fileReference = z
  .string()
  .max(255)
  .regex(/^[\w.+~:-]+$/, 'is no name or SHA-256 of a package file')
  .describe('a SHA-256, at least 8 characters of it, or the name of a file');

export const showPackageFile = describeOperation({
  name: 'package-file',
  summary: 'A package file, and what is in it',
  role: 'viewer',
  changes: false,
  input: z.object({ file: fileReference }),
  output: packageFileSchema.extend({
    neededBy: z.array(z.string()).describe('jobs that have not ended, and schedules'),
  }),
});

export const removePackageFile = describeOperation({
  name: 'remove-package-file',
  summary: 'Take a package file away, unless a job that has not ended, or a schedule, needs it',
  role: 'operator',
  changes: true,
  input: z.object({ file: fileReference }),
  output: z.object({ fileName: z.string(), sha256: z.string() }),
});
