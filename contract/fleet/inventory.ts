// What a host has, as both ends count it. In: items. Out: their canonical text and its digest, by which a host and a server
// find out in a few bytes whether they agree. Never: I/O; an order of versions.
import { createHash } from 'node:crypto';
import { z } from 'zod';

// Control characters would make two items look like one, and steer the terminal that shows them; half a character (a lone
// surrogate) is another one once it is stored.
// oxlint-disable-next-line no-control-regex -- they are what is refused
const PRINTABLE = /^[^\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*$/u;

/** Text of a host, on one line; `longest` in characters. */
const word = (longest: number): z.ZodString =>
  z.string().max(longest).regex(PRINTABLE, 'has a control character or half a character');

/** The most items of one list: the largest distribution has some 70,000 packages. */
export const MAX_ITEMS = 100_000;

/**
 * One package: name, architecture, version, flags and origin. An array, as 110,000 hosts have two thousand of them.
 * `flags` are words with commas in between, in alphabetical order: `held`, `broken`, `kept-back`, `phased`, `security`, …
 */
export const itemSchema = z.tuple([word(255).min(1), word(64), word(255).min(1), word(100), word(255)]);

export type Item = z.infer<typeof itemSchema>;

/** One list. That it is too long is found before its items are looked at. */
export const itemsSchema = z
  .array(z.unknown())
  .max(MAX_ITEMS, `has more than ${MAX_ITEMS} items`)
  .pipe(z.array(itemSchema));

/** The lists of items that a host reports: what is installed, and what an upgrade would bring. */
export const listKinds = ['installed', 'candidates'] as const;
export type ListKind = (typeof listKinds)[number];

/** 16 bytes of SHA-256, as 22 characters of base64url. */
export const digestSchema = z.string().regex(/^[\w-]{22}$/, 'is no digest');

/** What the digest of a list is made of: a line for each item, its parts divided by tabs, in the order of UTF-16 units. */
const canonicalText = (items: readonly Item[]): string =>
  items
    .map((item) => `${item.join('\t')}\n`)
    .toSorted()
    .join('');

/** The digest of a list; its order does not matter. */
export const digestOfItems = (items: readonly Item[]): string => digestOfText(canonicalText(items));

/** 22 characters of base64url. */
export const digestOfText = (text: string): string =>
  createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

/** The digest of the empty list. */
export const EMPTY_DIGEST = digestOfText('');
