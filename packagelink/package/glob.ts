// Globs over package paths. In: patterns as people write them. Out: a predicate. Never: I/O.
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';

const NO_GLOB = 'is not a pattern of paths inside a package';

/** A pattern that `compileGlobs` takes. */
export const globSchema = z.string().refine(isGlob, { error: (issue) => `'${String(issue.input)}' ${NO_GLOB}` });

/**
 * Compiles patterns into one predicate over package paths. `*` and `?` stay within a segment, a segment `**` stands
 * for any number of them; a leading slash is allowed and means nothing. `/var/**` matches all below `var`, not `var`.
 * @throws UserError for an empty pattern or one with a `.` or `..` segment, which could never match.
 */
export function compileGlobs(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const expression = new RegExp(`^(?:${patterns.map(globSource).join('|')})$`, 's');
  return (path) => expression.test(path);
}

/** Whether a pattern could match any package path. */
export function isGlob(pattern: string): boolean {
  return segmentsOf(pattern).every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

function segmentsOf(pattern: string): string[] {
  return pattern.replace(/^\//, '').split('/');
}

function globSource(pattern: string): string {
  if (!isGlob(pattern)) throw new UserError(`'${pattern}' ${NO_GLOB}`, { exitCode: 2 });
  const segments = segmentsOf(pattern);
  const last = segments.length - 1;
  return segments
    .map((segment, index) => {
      if (segment === '**') return index === last ? '.+' : '(?:[^/]+/)*';
      return segmentSource(segment) + (index === last ? '' : '/');
    })
    .join('');
}

function segmentSource(segment: string): string {
  return segment.replaceAll(/[*?]|[^A-Za-z0-9_*?]/g, (character) => {
    if (character === '*') return '[^/]*';
    return character === '?' ? '[^/]' : `\\${character}`;
  });
}
