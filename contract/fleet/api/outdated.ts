// Which hosts have something to upgrade. In: nothing. Out: the operation's description.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { classInput, count, hostOutput, packageOutput, pageInput, pageOutput, patternSchema } from './parts.ts';

/** Of the candidates of a host. One can be counted by more than one of them; `ready` are those that an upgrade would bring now. */
export const candidateCountsSchema = z.object({
  all: count,
  ready: count,
  security: count,
  held: count,
  keptBack: count,
  phased: count,
});

export const listOutdated = describeOperation({
  name: 'outdated',
  summary: 'Hosts with newer versions to be had, and which; held, kept back and phased ones are told apart',
  role: 'viewer',
  changes: false,
  input: z.object({
    package: patternSchema.exactOptional(),
    /** Only candidates of this kind. */
    only: z.enum(['ready', 'security', 'held', 'keptBack', 'phased']).exactOptional(),
    ...classInput,
    ...pageInput,
  }),
  output: z.object({
    ...pageOutput,
    hosts: z.array(
      z.object({
        ...hostOutput,
        system: z.string(),
        counts: candidateCountsSchema,
        /** The first hundred that match; `matching` is how many do. */
        packages: z.array(
          z.object({
            ...packageOutput,
            origin: z.string(),
            /** What is installed; empty when the host's list does not have it. */
            installed: z.string(),
          }),
        ),
        matching: count,
      }),
    ),
  }),
});
