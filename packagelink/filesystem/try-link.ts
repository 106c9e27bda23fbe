import { linkSync } from 'node:fs';

/** On another file system, or where the file system has no (more) links. */
const NO_LINK = new Set(['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP']);

/** Gives a file a second name, if it can have one there. @throws the error of link(2) that says something else */
export function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (NO_LINK.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
