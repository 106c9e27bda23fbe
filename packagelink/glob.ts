// Globs over package paths. In: patterns as people write them. Out: a predicate. Never: I/O.
import { UserError } from '../lib/errors.ts';

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

function globSource(pattern: string): string {
  const segments = pattern.replace(/^\//, '').split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    throw new UserError(`'${pattern}' is not a pattern of paths inside a package`, { exitCode: 2 });
  }
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
