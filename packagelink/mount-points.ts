// What is mounted below a target. In: /proc/self/mountinfo. Out: package paths of mount points. Never: writes.
import { readFileSync } from 'node:fs';
import { unescapeOctal } from '../lib/unescape-octal.ts';

/**
 * The mount points below a target that a run may not cross: files and directories, as package paths. `allowed` are
 * those that it may.
 * @param root the target's real path
 * @see proc(5), /proc/pid/mountinfo: the fifth field, with blanks and backslashes as three octal digits
 */
export function readMountPoints(root: string, allowed: readonly string[] = []): Set<string> {
  return parseMountPoints(readFileSync('/proc/self/mountinfo', 'utf8'), root, allowed);
}

/** The same, from the text of a mountinfo. */
export function parseMountPoints(mountinfo: string, root: string, allowed: readonly string[] = []): Set<string> {
  const prefix = root === '/' ? '/' : `${root}/`;
  const listed = new Set(allowed);
  const points = new Set<string>();
  for (const line of mountinfo.split('\n')) {
    const place = unescapeOctal(line.split(' ')[4] ?? '');
    const path = place.startsWith(prefix) ? place.slice(prefix.length) : '';
    if (path !== '' && !listed.has(path)) points.add(path);
  }
  return points;
}
