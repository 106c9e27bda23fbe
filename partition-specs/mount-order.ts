// Which mount comes before which. In: things with mount points. Out: the same, in another order. Pure.

/** Whether a path lies in a directory, at any depth; a directory does not lie in itself. */
export function isBelow(path: string, directory: string): boolean {
  return path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);
}

/**
 * As given, but what is mounted on a directory comes before what is mounted in it: mounted later, it would hide that.
 * What has no mount point stays in its turn.
 */
export function parentsFirst<T>(things: readonly T[], mountPointOf: (thing: T) => string | undefined): T[] {
  const ordered = new Set<T>();
  const add = (thing: T): void => {
    const path = mountPointOf(thing);
    for (const other of things) {
      const directory = mountPointOf(other);
      if (path !== undefined && directory !== undefined && !ordered.has(other) && isBelow(path, directory)) add(other);
    }
    ordered.add(thing);
  };
  for (const thing of things) add(thing);
  return [...ordered];
}
