// images/NAME.yaml: how an OS package is made. In: parsed YAML. Out: a checked recipe. Never: I/O.
import { z } from 'zod';
import { architectures } from '../lib/architecture.ts';

const word = z.string().regex(/^[a-z0-9][a-z0-9+.~-]*$/, 'not a plain lower-case word');
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not the name of a Debian package');
const unitName = z.string().regex(/^[A-Za-z0-9:_.@-]+\.[a-z]+$/, 'not the name of a systemd unit with its suffix');
const pathGlob = z.string().regex(/^\/[^\s=]*$/, 'not an absolute path pattern');

const mmdebstrapSchema = z.strictObject({
  suite: word,
  variant: z.enum(['essential', 'apt', 'minbase', 'standard', 'important']).default('minbase'),
  components: z.array(word).min(1).default(['main']),
  include: z.array(packageName).default([]),
  /** Paths that dpkg leaves out, at the build and on the machine afterwards. */
  exclude: z.array(pathGlob).default([]),
  /** Exceptions to `exclude`. */
  keep: z.array(pathGlob).default([]),
  /** Hook directories that mmdebstrap itself brings along, such as `merged-usr`. */
  hooks: z.array(word).default([]),
});

/** One image recipe of a site; see docs/images.md for each key. */
export const imageRecipeSchema = z.strictObject({
  os: word,
  osrev: z.string().regex(/^[a-z0-9][a-z0-9.]*$/, 'not a release such as "12"; put numbers in quotes'),
  arch: z.enum([architectures.amd64.name]),
  build: z.strictObject({ mmdebstrap: mmdebstrapSchema }),
  units: z
    .strictObject({ enable: z.array(unitName).default([]), mask: z.array(unitName).default([]) })
    .default({ enable: [], mask: [] }),
  /** Globs of paths that are laid down once and never compared or deleted afterwards. */
  mutable: z.array(z.string().startsWith('/')).default([]),
  /** Globs of FIFOs and device nodes that belong to the image; others are refused. */
  special: z.array(z.string().startsWith('/')).default([]),
});

export type ImageRecipe = z.infer<typeof imageRecipeSchema>;

/** The name that machines with `OS=debian OSREV=12 ARCH=amd64` ask for: `debian-12-amd64`. */
export function publishedName(recipe: Pick<ImageRecipe, 'os' | 'osrev' | 'arch'>): string {
  return `${recipe.os}-${recipe.osrev}-${recipe.arch}`;
}
