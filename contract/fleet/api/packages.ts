// Packages of the whole fleet. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { wordsSchema } from './fields.ts';
import { classInput, count, kindInput, packageOutput, pageInput, pageOutput, systemInput } from './parts.ts';

export const listPackages = describeOperation({
  name: 'packages',
  summary: 'Packages that hosts have, by name or summary, and how many hosts have them',
  role: 'viewer',
  changes: false,
  input: z.object({
    /** A part of the name or summary, or a pattern of the name with `*` or `?`; capitals do not matter. */
    search: wordsSchema(255).exactOptional(),
    ...kindInput,
    ...systemInput,
    ...classInput,
    ...pageInput,
  }),
  output: z.object({
    ...pageOutput,
    packages: z.array(
      z.object({ system: z.string(), name: z.string(), summary: z.string(), versions: count, hosts: count }),
    ),
  }),
});

export const packageVersions = describeOperation({
  name: 'package-versions',
  summary: 'Versions of a package, the newest first, and how many hosts have each',
  role: 'viewer',
  changes: false,
  input: z.object({ package: wordsSchema(255), ...kindInput, ...systemInput, ...classInput }),
  output: z.object({
    total: count,
    /** At most a thousand. */
    versions: z.array(
      z.object({
        system: z.string(),
        ...packageOutput,
        origin: z.string(),
        hosts: count,
        /** Names of some hosts that have it. */
        examples: z.array(z.string()),
      }),
    ),
  }),
});
