// images/NAME.yaml: how an OS package is made. In: parsed YAML. Out: a checked recipe. Never: I/O.
import { z } from 'zod';
import { architectureNames } from '../lib/architecture.ts';
import { mmdebstrapBuildSchema } from './mmdebstrap/schema.ts';
import type { MmdebstrapBuild } from './mmdebstrap/schema.ts';

const word = z.string().regex(/^[a-z0-9][a-z0-9+.~-]*$/, 'not a plain lower-case word');
const unitName = z.string().regex(/^[A-Za-z0-9:_.@-]+\.[a-z]+$/, 'not the name of a systemd unit with its suffix');
/** Each builder's schema for `build`, by the key that chooses it. */
export const buildSchemas = { mmdebstrap: mmdebstrapBuildSchema } as const;
type Build = MmdebstrapBuild;

/** The key decides, so that faults are those of the builder that was meant, not of all of them. */
const buildSchema = z.unknown().transform((build, context): Build => {
  const isChosen = (name: string): boolean => typeof build === 'object' && build !== null && Object.hasOwn(build, name);
  const [, schema] = Object.entries(buildSchemas).find(([name]) => isChosen(name)) ?? [];
  const { data, error } = (schema ?? buildSchemas.mmdebstrap).safeParse(build);
  for (const { message, path } of error?.issues ?? []) context.addIssue({ code: 'custom', message, path: [...path] });
  return data ?? z.NEVER;
});

/** One image recipe of a site; see docs/images.md for each key. */
export const imageRecipeSchema = z.strictObject({
  os: word,
  osrev: z.string().regex(/^[a-z0-9][a-z0-9.]*$/, 'not a release such as "12"; put numbers in quotes'),
  arch: z.enum(architectureNames),
  build: buildSchema,
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
