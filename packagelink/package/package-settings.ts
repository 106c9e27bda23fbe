// `.packagelink.yaml`. In: the text in a site package's root. Out: checked settings. Never: writes.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { afterSettingSchema } from './after-command.ts';
import { fileRuleSchema } from './file-rule.ts';
import { globSchema } from './glob.ts';
import { prioritySchema } from './manifest.ts';
import { isPackagePath } from './package-path.ts';
import { TEMPLATE_SUFFIX, templateSuffixSchema } from './template-suffix.ts';

export const SETTINGS_FILE = '.packagelink.yaml';
const SITE_PRIORITY = 50;

const packagePath = z.string().refine(isPackagePath, 'not a path below the root, such as etc/hosts');

/** What `.packagelink.yaml` may say; later exceptions win over earlier ones. */
export const packageSettingsSchema = z.strictObject({
  priority: prioritySchema.min(1).default(SITE_PRIORITY),
  /** Metadata by glob, where root:root and 0644 or 0755 are not right. */
  files: z.array(fileRuleSchema).default([]),
  /** Globs of FIFOs and device nodes that belong to the package. */
  special: z.array(globSchema).default([]),
  /** Keeps the extended attributes and ACLs of the tree. Git has none. */
  keepXattrs: z.boolean().default(false),
  mutable: z.array(globSchema).default([]),
  /** Like `mutable`, but a difference is reported. */
  pin: z.array(globSchema).default([]),
  /** Exact paths of generated files that this package replaces. */
  overrides: z.array(packagePath).default([]),
  /** Commands for paths that changed, of whatever package. */
  after: z.array(afterSettingSchema).default([]),
  /** Exact paths at which this package replaces what is of another type. */
  replace: z.array(packagePath).default([]),
  /** Exact paths of directories whose content goes where a symbolic link of the same path leads. */
  follow: z.array(packagePath).default([]),
  /** Exact paths of directories that the package has, although git keeps none that are empty. */
  emptyDirectories: z.array(packagePath).default([]),
  /** The end of the names of files that are templates. */
  suffix: templateSuffixSchema.default(TEMPLATE_SUFFIX),
  /** Exact paths of files whose names end in that suffix and that are no templates. */
  verbatim: z.array(packagePath).default([]),
  /** `same-priority`: the directories of this package hide those of lower priority instead of merging with them. */
  directories: z.enum(['merge', 'same-priority']).default('merge'),
});

export type PackageSettings = z.infer<typeof packageSettingsSchema>;

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
  return parseEdge(packageSettingsSchema, value ?? {}, file);
}
