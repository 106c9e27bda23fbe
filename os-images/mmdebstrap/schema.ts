import { z } from 'zod';

const word = z.string().regex(/^[a-z0-9][a-z0-9+.~-]*$/, 'not a plain lower-case word');
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not the name of a Debian package');
const pathGlob = z.string().regex(/^\/[^\s=]*$/, 'not an absolute path pattern');

/** `build` of a recipe that mmdebstrap carries out. */
export const mmdebstrapBuildSchema = z.strictObject({
  mmdebstrap: z.strictObject({
    suite: word,
    variant: z.enum(['essential', 'apt', 'minbase', 'standard', 'important']).default('minbase'),
    components: z.array(word).min(1).default(['main']),
    include: z.array(packageName).default([]),
    /** Packages of the area non-free-firmware, which need not be named among the components. */
    firmware: z.array(packageName).default([]),
    /** Paths that dpkg leaves out, at the build and on the machine afterwards. */
    exclude: z.array(pathGlob).default([]),
    /** Exceptions to `exclude`. */
    keep: z.array(pathGlob).default([]),
    /** Hook directories that mmdebstrap itself brings along, such as `merged-usr`. */
    hooks: z.array(word).default([]),
  }),
});

export type MmdebstrapBuild = z.infer<typeof mmdebstrapBuildSchema>;
