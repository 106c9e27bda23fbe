// Who has a package. In: nothing. Out: the operation's description.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { wordsSchema } from './fields.ts';
import {
  classInput,
  count,
  flagInput,
  hostOutput,
  kindInput,
  packageOutput,
  pageInput,
  pageOutput,
  patternSchema,
  systemInput,
} from './parts.ts';

const versionSchema = wordsSchema(255);

export const hostsWithPackage = describeOperation({
  name: 'hosts-with-package',
  summary:
    'Which hosts have a package, in any version or in older, newer or equal ones by the order of their package system',
  role: 'viewer',
  changes: false,
  input: z.object({
    package: patternSchema,
    ...kindInput,
    ...systemInput,
    /** All that are given must hold. */
    older: versionSchema.exactOptional(),
    newer: versionSchema.exactOptional(),
    equal: versionSchema.exactOptional(),
    ...flagInput,
    ...classInput,
    ...pageInput,
  }),
  output: z.object({
    ...pageOutput,
    hosts: z.array(
      z.object({
        ...hostOutput,
        /** The first twenty that match; `matching` is how many do. */
        packages: z.array(z.object(packageOutput)),
        matching: count,
      }),
    ),
  }),
});
