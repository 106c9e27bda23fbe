// Where symbolic links of a merged tree lead. In: a path, the links by path. Out: a path below the same root.
// Never: I/O; leaves the root.

const MOST_LINKS = 40;

/**
 * Follows the link at `path`, and links on the way, as the kernel does with the target as its root: `lib`, a link to
 * `/usr/lib`, gives `usr/lib`; the empty string is the root itself. Undefined for a loop or a way out.
 */
export function resolveInside(path: string, targetOf: (path: string) => string | undefined): string | undefined {
  const pending = path.split('/');
  const done: string[] = [];
  let links = 0;
  for (let segment = pending.shift(); segment !== undefined; segment = pending.shift()) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      if (done.pop() === undefined) return undefined;
      continue;
    }
    const target = targetOf([...done, segment].join('/'));
    if (target === undefined) {
      done.push(segment);
      continue;
    }
    links += 1;
    if (links > MOST_LINKS) return undefined;
    if (target.startsWith('/')) done.length = 0;
    pending.unshift(...target.split('/'));
  }
  return done.join('/');
}
