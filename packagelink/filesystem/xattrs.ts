// The extended attributes that belong to a file. In: a path or descriptor. Out: those attributes, read or set exactly.
// Never: touches labels of the machine's policy; follows a symbolic link at the end of a path.
import { isUtf8 } from 'node:buffer';
import type { Xattrs } from '../package/manifest.ts';
import { getAttribute, listAttributes, removeAttribute, setAttribute } from '../native/extended-attributes.ts';

// SELinux labels and the like belong to the machine's policy, trusted.* and system.* else to the file system.
const KEPT = /^(?:security\.capability|user\..+|system\.posix_acl_(?:access|default))$/s;

type ReadXattrs = {
  /** Values in base64; undefined when there are none. */
  readonly xattrs: Xattrs | undefined;
  /** Names of attributes that are not the file's own, or that no manifest can hold. */
  readonly others: readonly string[];
};

/** The attributes of one path, in the order of their names. @throws LibcError */
export function readXattrs(place: string | number): ReadXattrs {
  const names = listAttributes(place);
  if (names.length === 0) return { xattrs: undefined, others: [] };
  const kept: [string, string][] = [];
  const others: string[] = [];
  for (const bytes of names) {
    const name = bytes.toString('utf8');
    const value = isKept(bytes) ? getAttribute(place, bytes) : undefined;
    if (value !== undefined) kept.push([name, value.toString('base64')]);
    else if (!isKept(bytes)) others.push(name);
  }
  kept.sort(([left], [right]) => (left < right ? -1 : 1));
  return { xattrs: kept.length === 0 ? undefined : Object.fromEntries(kept), others };
}

/** Makes a path have exactly these attributes, apart from those that are not the file's own. @throws LibcError */
export function writeXattrs(place: string | number, wanted: Xattrs = {}): void {
  for (const bytes of listAttributes(place)) {
    const isForeign = bytes.toString('utf8').startsWith('user.') && !isUtf8(bytes);
    if (isForeign || (isKept(bytes) && !Object.hasOwn(wanted, bytes.toString('utf8')))) removeAttribute(place, bytes);
  }
  for (const [name, value] of Object.entries(wanted)) {
    setAttribute(place, Buffer.from(name), Buffer.from(value, 'base64'));
  }
}

function isKept(name: Uint8Array): boolean {
  return isUtf8(name) && KEPT.test(Buffer.from(name).toString('utf8'));
}
