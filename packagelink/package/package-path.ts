// Paths inside packages and on targets. In: text from manifests. Out: yes or no. Never: I/O.

const UNSAFE = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

/**
 * Whether a path stays below the root that it is joined to: relative, no empty, `.` or `..` segment, no NUL, at
 * most 4,000 characters. `etc/motd` is one; `/etc`, `a//b`, `../x` and the empty string are not.
 */
export function isPackagePath(path: string): boolean {
  return path.length <= 4000 && !UNSAFE.test(path);
}

/** `etc/ssh/sshd_config` → `etc/ssh`; undefined for a path at the top of the tree. */
export function parentOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? undefined : path.slice(0, slash);
}

/** The order of entries in manifests and trees: by UTF-16 code units, so that a directory precedes what it holds. */
export function comparePaths(left: { readonly path: string }, right: { readonly path: string }): number {
  return left.path < right.path ? -1 : left.path > right.path ? 1 : 0;
}
