// From the name of a member to a path of a package. In: a stranger's bytes. Out: a path below the root, or why it is
// not one. Never: I/O.
import { isUtf8 } from 'node:buffer';
import { isPackagePath } from '../../packagelink/package/package-path.ts';
import { SETTINGS_FILE } from '../../packagelink/package/package-settings.ts';

/** `path` is empty for the root itself. */
export type MemberPath = { readonly path: string } | { readonly shown: string; readonly fault: string };

/** NAME_MAX of every Linux file system. */
const LONGEST_SEGMENT_BYTES = 255;
/** A place for the directory of the site, in the 4,096 bytes that Linux takes. */
const LONGEST_PATH_BYTES = 3_500;

/** `./usr//bin/./tool/` → `usr/bin/tool`. */
export function parseMemberPath(bytes: Buffer): MemberPath {
  const shown = bytes.toString('utf8').replace(/\/$/, '');
  if (!isUtf8(bytes)) return { shown, fault: 'the name is not UTF-8' };
  const name = bytes.toString('utf8');
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  const path = segments.join('/');
  if (name === '') return { shown: "''", fault: 'the name is empty' };
  if (name.startsWith('/') || segments.includes('..')) return { shown, fault: 'the name leads out of the archive' };
  if (path === '') return { path };
  const fault = faultOf(segments, path);
  return fault === undefined ? { path } : { shown, fault };
}

function faultOf(segments: readonly string[], path: string): string | undefined {
  if (path.includes('\0')) return 'the name holds a NUL';
  if (segments.some((segment) => Buffer.byteLength(segment) > LONGEST_SEGMENT_BYTES)) {
    return `a part of the name is longer than ${LONGEST_SEGMENT_BYTES} bytes`;
  }
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES || !isPackagePath(path)) {
    return `the name is longer than ${LONGEST_PATH_BYTES} bytes`;
  }
  // Also as a directory, and as a file system that ignores case would find it.
  if (isAlike(segments[0] ?? '', SETTINGS_FILE)) return 'is the name of the settings of a package';
  if (segments.some((segment) => isAlike(segment, '.git'))) {
    return 'is or lies in .git, which git takes for its own: a site cannot hold it';
  }
  return undefined;
}

/** Case does not matter, nor do characters that some file systems pass over or fold. */
function isAlike(name: string, other: string): boolean {
  return (
    name
      .normalize('NFKC')
      .replaceAll(/\p{Cf}/gu, '')
      .toLowerCase() === other
  );
}
