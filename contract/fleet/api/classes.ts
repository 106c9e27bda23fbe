// Classes: selectors of hosts, saved by name. In: nothing. Out: the descriptions of operations.
import { z } from 'zod';
import { describeOperation } from '../operation.ts';
import { doneSchema, timeSchema, wordsSchema } from './fields.ts';

const classNameSchema = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9._-]*$/i, 'is no name of a class: letters, digits, dots, hyphens');

/** `site=north and package=bash`; docs/fleet-commands.md describes the language. */
const selectorSchema = wordsSchema(2000);

const classSchema = z.object({
  name: z.string(),
  selector: z.string(),
  createdBy: z.string(),
  createdAt: timeSchema,
});

export const listClasses = describeOperation({
  name: 'classes',
  summary: 'Classes of hosts, and the selectors that they stand for',
  role: 'viewer',
  changes: false,
  input: z.object({}),
  output: z.object({ classes: z.array(classSchema) }),
});

export const saveClass = describeOperation({
  name: 'save-class',
  summary: 'Give a selector a name; a class of that name is replaced',
  role: 'operator',
  changes: true,
  input: z.object({ name: classNameSchema, selector: selectorSchema }),
  output: doneSchema,
});

export const removeClass = describeOperation({
  name: 'remove-class',
  summary: 'Take a class away; hosts stay as they are',
  role: 'operator',
  changes: true,
  input: z.object({ name: classNameSchema }),
  output: doneSchema,
});

export const selectHosts = describeOperation({
  name: 'select-hosts',
  summary: 'Hosts that a class or a selector stands for now',
  role: 'viewer',
  changes: false,
  input: z.object({
    /** A class's name, or a selector. */
    selector: selectorSchema,
    limit: z.int().min(1).max(100_000).default(1000),
  }),
  output: z.object({
    total: z.int().nonnegative(),
    hosts: z.array(z.object({ host: z.string(), id: z.string() })),
  }),
});
