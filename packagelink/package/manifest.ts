// What one published package tree holds. In: parsed JSON. Out: a checked Manifest. Never: I/O.
import { z } from 'zod';
import { afterCommandSchema } from './after-command.ts';
import { isPackagePath } from './package-path.ts';
import { templateSuffixSchema } from './template-suffix.ts';

/** Raw bytes of one pack, at most: small enough to hold a few in memory, large enough to compress well. */
export const PACK_RAW_BYTES = 4 * 1024 * 1024;

export const DIGEST = /^[0-9a-f]{64}$/;
const digest = z.string().regex(DIGEST, 'not a SHA-256 in hexadecimal');
const size = z.int().nonnegative();
const path = z.string().refine(isPackagePath, 'not a path inside the package');

/** Published names are file names in the store: `debian-12-amd64`, `motd@arm64`. */
export const packageNameSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+@-]*$/, 'not a package name');

/** 0 is the OS package, 50 a site package, 100 `@generated`. */
export const prioritySchema = z.int().min(0).max(1000);

/** A user or group: digits alone would be a number. */
export const accountNameSchema = z
  .string({ error: 'not a name; numbers belong in uid and gid' })
  .max(32)
  .regex(/^[A-Za-z_][\w.-]*\$?$/, 'not the name of a user or group');

/** Twelve bits of major and twenty of minor number, as Linux has them. */
function isNode(text: string): boolean {
  if (text === 'fifo') return true;
  const [, major, minor] = /^(?:char|block) (0|[1-9]\d{0,3}):(0|[1-9]\d{0,6})$/.exec(text) ?? [];
  return major !== undefined && Number(major) < 1 << 12 && Number(minor) < 1 << 20;
}

const metadata = {
  path,
  /** Permission bits with setuid, setgid and sticky: 0–0o7777. */
  mode: z.int().min(0).max(0o7777),
  uid: z.int().min(0).max(0xffff_fffe),
  gid: z.int().min(0).max(0xffff_fffe),
  /** Names that the target's own etc/passwd and etc/group turn into numbers; they win over `uid` and `gid`. */
  user: accountNameSchema.exactOptional(),
  group: accountNameSchema.exactOptional(),
  mtimeSeconds: z.int(),
  mtimeNanoseconds: z.int().min(0).max(999_999_999),
  /** Attribute name → value in base64. */
  xattrs: z.record(z.string().regex(/^[a-z]+\.[^\0]+$/s), z.base64()).optional(),
};

const chunkSchema = z.strictObject({
  /** Index into the manifest's `packs`. */
  pack: size,
  /** Where the bytes begin in the raw content of that pack. */
  offset: size,
  length: size,
});

const templateSchema = z.strictObject({ inline: z.array(z.string()), leading: z.array(z.string()) });

export const entrySchema = z.discriminatedUnion('type', [
  /** `implied`: the tree's author said nothing of owner and mode, so that a lower package's stay. */
  z.strictObject({ type: z.literal('directory'), ...metadata, implied: z.literal(true).optional() }),
  z.strictObject({
    type: z.literal('file'),
    ...metadata,
    sizeBytes: size,
    sha256: digest,
    chunks: z.array(chunkSchema),
    /** Runs of 64 KiB of zeros and more become holes. */
    sparse: z.literal(true).exactOptional(),
    /** Present for templates: the variables that the bytes name. */
    template: templateSchema.optional(),
  }),
  /** Another name of `target`, a file of the same manifest, whose metadata it shares. */
  z.strictObject({ type: z.literal('hardlink'), path, target: path }),
  z.strictObject({
    type: z.literal('symlink'),
    ...metadata,
    target: z
      .string()
      .min(1)
      .max(4095)
      .refine((text) => !text.includes('\0'), 'holds a NUL'),
  }),
  /** `node`: `fifo`, `char 1:3`, `block 8:0`. */
  z.strictObject({
    type: z.literal('special'),
    ...metadata,
    node: z.string().refine(isNode, 'neither a FIFO nor a device node'),
  }),
]);

const packSchema = z.strictObject({
  /** Of the stored, compressed bytes; the pack's name in the store. */
  sha256: digest,
  sizeBytes: size,
  rawBytes: size.max(PACK_RAW_BYTES),
});

/** The JSON of a manifest. `overrides` lists the exact paths of `@generated` that this package replaces. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: packageNameSchema,
  priority: prioritySchema,
  mutable: z.array(z.string()),
  overrides: z.array(path),
  /** Globs of paths that are left alone once they have been laid down. */
  pin: z.array(z.string()).default([]),
  /** What is to be run when paths have changed; absent when there is nothing. */
  after: z.array(afterCommandSchema).min(1).exactOptional(),
  /** Paths at which this package replaces what is of another type, below it or on the target: see place-candidates.ts. */
  replace: z.array(path).exactOptional(),
  /** Directories whose content goes where a symbolic link of the same path leads. */
  follow: z.array(path).exactOptional(),
  /** What the names of templates end in; `.plprocess` unless given. */
  suffix: templateSuffixSchema.exactOptional(),
  /** Whether the directories of this package hide those of packages of lower priority. */
  directories: z.literal('same-priority').exactOptional(),
  packs: z.array(packSchema),
  /** Sum of all files' sizes. */
  rawBytes: size,
  entries: z.array(entrySchema),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestEntry = z.infer<typeof entrySchema>;
export type FileEntry = Extract<ManifestEntry, { type: 'file' }>;
export type Chunk = z.infer<typeof chunkSchema>;
export type Pack = z.infer<typeof packSchema>;
export type TemplateVariables = z.infer<typeof templateSchema>;
export type Xattrs = Readonly<Record<string, string>>;

/** Owner, mode and time of one path. */
export type Metadata = {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user?: string;
  readonly group?: string;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly xattrs?: Xattrs | undefined;
};

/** The metadata alone, its keys always in the same order. */
export function pickMetadata(entry: Metadata): Metadata {
  const { mode, uid, gid, user, group, mtimeSeconds, mtimeNanoseconds, xattrs } = entry;
  // Nearly all of a hundred thousand; spreading nothing into each costs more than all the rest.
  if (user === undefined && group === undefined && xattrs === undefined)
    return { mode, uid, gid, mtimeSeconds, mtimeNanoseconds };
  return {
    mode,
    uid,
    gid,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    mtimeSeconds,
    mtimeNanoseconds,
    ...(xattrs === undefined ? {} : { xattrs }),
  };
}
