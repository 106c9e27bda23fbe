// `.packagelink.yaml`. In: the text in a site package's root. Out: checked settings, applied to a scan. Never: writes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { FaultsError, UserError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parseEdge } from '../lib/parse-edge.ts';
import { afterSettingSchema } from './after-command.ts';
import { compileGlobs } from './glob.ts';
import { prioritySchema } from './manifest.ts';
import { isPackagePath } from './package-path.ts';
import { installedPath } from './preprocess.ts';
import type { ScannedEntry } from './scan.ts';

export const SETTINGS_FILE = '.packagelink.yaml';
const SITE_PRIORITY = 50;

// YAML reads a bare 0440 as the number 440.
const mode = z
  .string({ error: 'write the mode in quotes, such as "0440"' })
  .regex(/^[0-7]{3,4}$/, 'not an octal mode such as "0440"')
  .transform((text) => Number.parseInt(text, 8));

const packagePath = z.string().refine(isPackagePath, 'not a path below the root, such as etc/hosts');

const exceptionSchema = z.strictObject({
  match: z.string().min(1),
  mode: mode.optional(),
  uid: z.int().min(0).max(0xffff_fffe).optional(),
  gid: z.int().min(0).max(0xffff_fffe).optional(),
});

/** What `.packagelink.yaml` may say; later exceptions win over earlier ones. */
export const packageSettingsSchema = z.strictObject({
  priority: prioritySchema.min(1).default(SITE_PRIORITY),
  /** Owner and mode by glob, where root:root and 0644 or 0755 are not right. */
  files: z.array(exceptionSchema).default([]),
  mutable: z.array(z.string().min(1)).default([]),
  /** Like `mutable`, but a difference is reported. */
  pin: z.array(z.string().min(1)).default([]),
  /** Exact paths of generated files that this package replaces. */
  overrides: z.array(packagePath).default([]),
  /** Commands for paths that changed, of whatever package. */
  after: z.array(afterSettingSchema).default([]),
  /** Exact paths at which this package replaces what is of another type. */
  replace: z.array(packagePath).default([]),
  /** Exact paths of directories whose content goes where a symbolic link of the same path leads. */
  follow: z.array(packagePath).default([]),
  /** `same-priority`: the directories of this package hide those of lower priority instead of merging with them. */
  directories: z.enum(['merge', 'same-priority']).default('merge'),
});

export type PackageSettings = z.infer<typeof packageSettingsSchema>;
type Exception = PackageSettings['files'][number];

/** Reads a site package's settings; the defaults when it has none. @throws UserError, FaultsError */
export async function readPackageSettings(tree: string): Promise<PackageSettings> {
  const file = join(tree, SETTINGS_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return packageSettingsSchema.parse({});
    throw new UserError(`reading ${file} failed`, { cause: error });
  }
  let value: unknown;
  try {
    value = parse(text) as unknown;
  } catch (error) {
    throw new UserError(`${file} is not YAML`, { exitCode: 2, cause: error });
  }
  const settings = parseEdge(packageSettingsSchema, value ?? {}, file);
  compileGlobs([...settings.mutable, ...settings.pin, ...settings.files.map((exception) => exception.match)]);
  compileGlobs(settings.after.flatMap(({ paths }) => paths));
  return settings;
}

/**
 * Git keeps no owners, modes or link counts: everything becomes root:root, 0755 or 0644 by the x bit, then the
 * exceptions apply. Directories without an exception are marked as implied. With `base: 'tree'` the exceptions apply to
 * owners and modes as they are in the tree.
 * @throws FaultsError when an exception matches nothing, or treats two names of one file differently.
 */
export function applySiteRules(
  entries: readonly ScannedEntry[],
  settings: PackageSettings,
  base: 'site' | 'tree' = 'site',
): { readonly entries: ScannedEntry[]; readonly stated: ReadonlySet<string> } {
  const rules = settings.files.map((exception) => ({
    exception,
    matches: compileGlobs([exception.match]),
    used: false,
  }));
  const stated = new Set<string>();
  const ruled = entries.map((entry): ScannedEntry => {
    const applied = rules.filter((rule) => rule.matches(entry.path));
    for (const rule of applied) rule.used = true;
    if (applied.length > 0) stated.add(entry.path);
    return {
      ...entry,
      ...ruledMetadata(
        base === 'tree' ? entry : siteMetadata(entry),
        applied.map((rule) => rule.exception),
      ),
    };
  });
  const faults = [
    ...rules.filter((rule) => !rule.used).map((rule) => fault(rule.exception.match, 'matches no path of this package')),
    ...findSplitLinks(ruled),
    ...findIdleTypeRules(entries, settings),
  ];
  if (faults.length > 0) throw new FaultsError(SETTINGS_FILE, faults);
  return { entries: ruled, stated };
}

type OwnerAndMode = {
  readonly type: ScannedEntry['type'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
};

function siteMetadata({ type, mode }: ScannedEntry): OwnerAndMode {
  const isExecutable = type === 'directory' || (mode & 0o111) !== 0;
  return { type, mode: type === 'symlink' ? 0o777 : isExecutable ? 0o755 : 0o644, uid: 0, gid: 0 };
}

function ruledMetadata(base: OwnerAndMode, exceptions: readonly Exception[]): Omit<OwnerAndMode, 'type'> {
  const metadata = { mode: base.mode, uid: base.uid, gid: base.gid };
  for (const exception of exceptions) {
    if (exception.mode !== undefined && base.type !== 'symlink') metadata.mode = exception.mode;
    metadata.uid = exception.uid ?? metadata.uid;
    metadata.gid = exception.gid ?? metadata.gid;
  }
  return metadata;
}

// A rule for a path that the package does not have is a slip of the pen, and would be found too late.
function findIdleTypeRules(entries: readonly ScannedEntry[], { replace, follow }: PackageSettings): Fault[] {
  const types = new Map(entries.map((entry) => [installedPath(entry.path), entry.type]));
  return [
    ...replace.filter((path) => !types.has(path)).map((path) => fault(path, 'replace: no such path in this package')),
    ...follow
      .filter((path) => types.get(path) !== 'directory')
      .map((path) => fault(path, 'follow: no such directory in this package')),
  ];
}

function findSplitLinks(entries: readonly ScannedEntry[]): Fault[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return entries.flatMap((entry): Fault[] => {
    const first = entry.type === 'hardlink' ? byPath.get(entry.target) : undefined;
    if (first === undefined) return [];
    const same = first.mode === entry.mode && first.uid === entry.uid && first.gid === entry.gid;
    return same ? [] : [fault(entry.path, `is a hard link of ${first.path} and cannot have another owner or mode`)];
  });
}

function fault(where: string, message: string): Fault {
  return { severity: 'error', where, message };
}
