// What hosts have differently. In: nothing. Out: the operation's description.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { hostReferenceSchema, wordsSchema } from './fields.ts';
import { count, kindInput, pageInput, pageOutput, patternSchema } from './parts.ts';

/** What one side has of a package: its versions, the newest first, each with the number of hosts. */
const cellSchema = z.array(z.object({ version: z.string(), hosts: count }));

export const comparisonSchema = z.object({
  ...pageOutput,
  sides: z.array(z.object({ name: z.string(), hosts: count })),
  packages: z.array(
    z.object({
      system: z.string(),
      name: z.string(),
      arch: z.string(),
      /** Of all sides, by the order of the package system. */
      newest: z.string(),
      differs: z.boolean(),
      /** In the order of `sides`; empty where a side does not have it. */
      cells: z.array(cellSchema),
    }),
  ),
});

const compareInput = {
  ...kindInput,
  package: patternSchema.exactOptional(),
  /** Also what all have alike. */
  all: z.boolean().default(false),
  ...pageInput,
};

export const compareHosts = describeOperation({
  name: 'compare',
  summary: 'Packages by hosts, with the version of each: the differences, or all',
  role: 'viewer',
  changes: false,
  input: z.object({ hosts: z.array(hostReferenceSchema).min(2).max(20), ...compareInput }),
  output: comparisonSchema,
});

export const compareClasses = describeOperation({
  name: 'compare-classes',
  summary: 'Packages by classes of hosts, with the versions of each and how many hosts have them',
  role: 'viewer',
  changes: false,
  input: z.object({
    /** Names of classes, or selectors. */
    classes: z.array(wordsSchema(2000)).min(2).max(10),
    ...compareInput,
  }),
  output: comparisonSchema,
});
