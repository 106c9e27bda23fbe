// Parts that descriptions of operations have in common. In: nothing. Out: zod schemas. Never: I/O.
import { z } from 'zod';
import { digestSchema, listKinds } from '../inventory.ts';
import { hostReferenceSchema, wordsSchema } from './fields.ts';

export const count = z.int().nonnegative();

const longest = 300;

/** With `*` for any characters and `?` for one; capitals do not matter where one of these is in it. */
export const patternSchema = wordsSchema(longest);
export const flagInput = { flag: wordsSchema(64).exactOptional() };

/** Long answers come in pages: each says how many there are in all, and what to give as `after` for the next one. */
export const pageInput = {
  after: z
    .string()
    .max(longest)
    .regex(/^[^\0\p{Cs}]*$/u, 'is none that an answer gave')
    .exactOptional(),
  limit: z.int().min(1).max(1000).default(100),
};

export const pageOutput = {
  total: count,
  /** Absent on the last page. */
  next: z.string().exactOptional(),
};

/** Which list is asked about: what is installed, or what an upgrade would bring. */
export const kindInput = { kind: z.enum(listKinds).default('installed') };

export const systemInput = { system: wordsSchema(64).exactOptional() };

/** Only hosts of this class, or of this selector. */
export const classInput = { class: wordsSchema(2000).describe("a class's name, or a selector").exactOptional() };

export const hostInput = { host: hostReferenceSchema };

/** A host, as answers name it. */
export const hostOutput = { host: z.string(), id: z.string() };

/** A package in one version. Flags are `held`, `broken`, `security`, `kept-back`, `phased` and others of the package systems. */
export const packageOutput = {
  name: z.string(),
  arch: z.string(),
  version: z.string(),
  flags: z.array(z.string()),
};

export const sinceInput = { since: digestSchema };
