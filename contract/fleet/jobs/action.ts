// What a job does on each of its hosts, as data: never a command, and never a program that the server names. In: nothing. Out:
// zod schemas. Never: I/O; what a package system is told (package-systems/package-job.ts), which follows from this.
import { z } from 'zod';

/** What may stand on a package system's command line as a name; package-systems/require-name.ts looks again. */
export const packageNameSchema = z
  .string()
  .max(255)
  .regex(/^[a-z0-9][\w.+-]*$/i, 'is no name of a package');

const versionSchema = z
  .string()
  .max(255)
  .regex(/^[\w.+:~^-]+$/, 'is no version of a package');

const archSchema = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][\w-]*$/i, 'is no architecture');

/** A package; without a version, the newest that the host's lists have. */
export const wantedPackageSchema = z.object({
  name: packageNameSchema,
  arch: archSchema.exactOptional(),
  version: versionSchema.exactOptional(),
});

export type WantedPackageSpec = z.infer<typeof wantedPackageSchema>;

/** A new release of a distribution brings thousands at once. */
const packages = z.array(wantedPackageSchema).min(1).max(5000);

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256 in hexadecimal');

/** Of a URL: nothing stands before its host. */
export function hasNoPassword(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.username === '' && url.password === '';
}

/** A file of the server's store of package files (`fleet/package-files/`), or one that each host fetches by itself. */
export const packageFileSourceSchema = z.object({
  sha256: sha256Schema,
  bytes: z.int().positive(),
  /** For people, and for the end of the file's name: `hello_2.10-3_amd64.deb`. */
  fileName: z
    .string()
    .max(255)
    .regex(/^[\w][\w.+~:-]*\.(?:deb|rpm)$/, 'is no name of a .deb or .rpm'),
  name: packageNameSchema,
  version: versionSchema,
  arch: archSchema,
  /** Where each host fetches it; absent: from the server. Its SHA-256 is the same. */
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .refine(hasNoPassword, 'has a name or password in it, which every host would see')
    .exactOptional(),
});

export type PackageFileSource = z.infer<typeof packageFileSourceSchema>;

/** What the administrator lets a package system overlook; each is a word of dpkg or rpm, and docs/fleet-jobs.md says of which. */
export const installOptions = [
  'ignore-depends',
  'ignore-conflicts',
  'overwrite',
  'downgrade',
  'reinstall',
  'replace-files',
  'no-scripts',
  'no-triggers',
  'no-docs',
  'ignore-size',
] as const;

/** The name of a file below sources.list.d or yum.repos.d, without its ending. */
const sourceNameSchema = z
  .string()
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'is no name of a source: small letters, digits, dots, hyphens');

export const AGENT_PACKAGE = 'gutinteg-fleet';

export const actionSchema = z.discriminatedUnion('do', [
  z.object({ do: z.literal('install'), packages }),
  /** Only what is installed; without packages, all. `security`: only what comes from a source of security updates. */
  z.object({
    do: z.literal('upgrade'),
    packages: packages.exactOptional(),
    security: z.boolean().default(false),
    /** Names that are left as they are. */
    except: z.array(packageNameSchema).max(1000).default([]),
  }),
  z.object({ do: z.literal('downgrade'), packages }),
  z.object({
    do: z.literal('remove'),
    packages,
    /** Its configuration, too. */
    purge: z.boolean().default(false),
  }),
  z.object({ do: z.literal('hold'), packages }),
  z.object({ do: z.literal('unhold'), packages }),
  z.object({
    do: z.literal('install-files'),
    files: z.array(packageFileSourceSchema).min(1).max(200),
    options: z.array(z.enum(installOptions)).max(installOptions.length).default([]),
  }),
  /** These changes, in one transaction, and only where `before` is still so. An undo is made of them. */
  z.object({
    do: z.literal('restore'),
    changes: z
      .array(
        z
          .object({
            name: packageNameSchema,
            arch: archSchema,
            before: versionSchema.nullable(),
            after: versionSchema.nullable(),
          })
          .refine(({ before, after }) => before !== after, 'changes nothing'),
      )
      .min(1)
      .max(5000),
  }),
  /** The lists of what the repositories have. */
  z.object({ do: z.literal('update-lists') }),
  /** A file of sources, in deb822 or as a .repo, and the key that signs it. It is taken back if the lists cannot be fetched. */
  z.object({
    do: z.literal('set-source'),
    name: sourceNameSchema,
    text: z.string().min(1).max(20_000),
    /** An OpenPGP key in ASCII armour. */
    key: z.string().max(200_000).exactOptional(),
  }),
  z.object({ do: z.literal('remove-source'), name: sourceNameSchema }),
  /** What is half done is ended, as the package system itself does it. */
  z.object({ do: z.literal('repair') }),
  z.object({
    do: z.literal('reboot'),
    /** Only where the package system says that one is due. */
    ifNeeded: z.boolean().default(true),
  }),
  /** The host looks again; nothing is changed, and no right is needed. */
  z.object({ do: z.literal('refresh') }),
  /** The program itself; each host takes the file of its own system and architecture, and puts the old program back if it is bad. */
  z.object({
    do: z.literal('upgrade-agent'),
    files: z
      .array(packageFileSourceSchema.refine(({ name }) => name === AGENT_PACKAGE, `is not a package ${AGENT_PACKAGE}`))
      .min(1)
      .max(20),
  }),
]);

export type Action = z.infer<typeof actionSchema>;
export type ActionKind = Action['do'];

/** One package that an action changes. No `before`: it is new. No `after`: it goes. */
const packageChangeSchema = z.object({
  name: z.string().max(255),
  arch: z.string().max(64),
  before: z.string().max(255).nullable(),
  after: z.string().max(255).nullable(),
});

export type PackageChangeRecord = z.infer<typeof packageChangeSchema>;

const MAX_CHANGES = 10_000;
export const packageChangesSchema = z.array(packageChangeSchema).max(MAX_CHANGES);

/** Kinds of which a simulation says what they change; the others have nothing to foresee. */
const FORESEEN: ReadonlySet<ActionKind> = new Set([
  'install',
  'upgrade',
  'downgrade',
  'remove',
  'install-files',
  'restore',
  'upgrade-agent',
]);

export const isForeseen = (action: Action): boolean => FORESEEN.has(action.do);
