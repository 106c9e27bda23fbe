// What is mounted at and below a target. In: /proc/self/mountinfo. Out: package paths of mount points. Never: writes.
import { readFileSync } from 'node:fs';
import { unescapeOctal } from '../../lib/unescape-octal.ts';
import type { FileSystems } from '../tree/fat-targets.ts';

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

/** The file systems of a target, as the kernel names them: `ext4`, `vfat`. @param root the target's real path */
export function readFileSystems(root: string): FileSystems {
  return parseFileSystems(readFileSync('/proc/self/mountinfo', 'utf8'), root);
}

/** The same, from the text of a mountinfo. @see proc(5): the type is the first field after a single hyphen */
export function parseFileSystems(mountinfo: string, root: string): FileSystems {
  const prefix = root === '/' ? '/' : `${root}/`;
  const types = new Map<string, string>();
  let above = '';
  for (const line of mountinfo.split('\n')) {
    const [fields = '', type = ''] = line.split(' - ').map((part, index) => (index === 0 ? part : part.split(' ')[0]));
    const place = unescapeOctal(fields.split(' ')[4] ?? '');
    // Of mounts at one place, the last one is seen.
    if (place.startsWith(prefix) && place !== prefix) types.set(place.slice(prefix.length), type);
    else if (isAbove(place, root) && place.length >= above.length) {
      above = place;
      types.set('', type);
    }
  }
  return types;
}

function isAbove(place: string, root: string): boolean {
  return place === '/' || place === root || (place !== '' && root.startsWith(`${place}/`));
}
