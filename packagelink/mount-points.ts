// What is mounted below a target. In: /proc/self/mountinfo. Out: package paths of mount points. Never: writes.
import { readFileSync } from 'node:fs';

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

function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const plain = bytes.replaceAll(/\\([0-7]{3})/g, (_whole, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return Buffer.from(plain, 'latin1').toString('utf8');
}
