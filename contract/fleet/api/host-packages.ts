// What one host has. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import {
  count,
  flagInput,
  hostInput,
  hostOutput,
  kindInput,
  packageOutput,
  patternSchema,
  sinceInput,
} from './parts.ts';

const longestList = 100_000;
const listed = z.object({ ...packageOutput, origin: z.string() });

export const hostPackages = describeOperation({
  name: 'host-packages',
  summary: 'All packages of a host',
  role: 'viewer',
  changes: false,
  input: z.object({
    ...hostInput,
    ...kindInput,
    package: patternSchema.exactOptional(),
    ...flagInput,
    limit: z.int().min(1).max(longestList).default(longestList),
  }),
  output: z.object({
    ...hostOutput,
    system: z.string(),
    /** Names this list, for `package-changes`. */
    digest: z.string(),
    /** Of those that match. */
    total: count,
    packages: z.array(listed),
  }),
});

export const packageChanges = describeOperation({
  name: 'package-changes',
  summary: "What came to a host's list and went from it since an earlier one",
  role: 'viewer',
  changes: false,
  input: z.object({ ...hostInput, ...kindInput, ...sinceInput }),
  output: z.object({
    ...hostOutput,
    digest: z.string(),
    came: z.array(listed),
    went: z.array(listed),
    changed: z.array(
      z.object({
        name: z.string(),
        arch: z.string(),
        from: listed,
        to: listed,
        /** By the order of the package system; `same` when only flags or the origin differ. */
        direction: z.enum(['newer', 'older', 'same']),
      }),
    ),
  }),
});
