import { aptIndex } from './apt.ts';
import { dnfIndex } from './dnf.ts';
import type { IndexKind } from './index-kind.ts';

const indexKinds: readonly IndexKind[] = [aptIndex, dnfIndex];

/** Of a head or one of its companions; undefined for any other file. */
export function findHead(path: string): { readonly kind: IndexKind; readonly head: string } | undefined {
  for (const kind of indexKinds) {
    const head = kind.headOf(path);
    if (head !== undefined) return { kind, head };
  }
  return undefined;
}

/** The SHA-256 that a file's name promises. */
export const hashInName = (path: string): string | undefined =>
  indexKinds.map(({ hashIn }) => hashIn(path)).find((hash) => hash !== undefined);
