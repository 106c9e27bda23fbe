// How to give a state directory to a server that is not root. In: what is there. Out: what to do, in order.
// Never: I/O; touches what is not in the layout.
import { stateLayout } from './state-layout.ts';
import type { StatePlace } from './state-layout.ts';

/** What lstat(2) says of a path of the layout, or of one in a directory that the server is to own. */
export type Observed = {
  readonly kind: 'directory' | 'file' | 'link';
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
};

/** Paths below the state directory; '' is that itself. */
export type HandOverStep =
  | { readonly do: 'make'; readonly path: string; readonly kind: 'directory' | 'file'; readonly mode: number }
  | { readonly do: 'chown'; readonly path: string; readonly uid: number; readonly gid: number }
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number };

type Owner = { readonly uid: number; readonly gid: number };

/**
 * Steps that bring every place to its owner and mode; none when all is so. A symbolic link is left alone: a rehearsal
 * shares keys, store and boot files with its site by links.
 */
export function planHandOver(observed: ReadonlyMap<string, Observed>, service: Owner): HandOverStep[] {
  const places = stateLayout.flatMap((place) => planPlace(place, observed.get(place.path), service));
  const known = new Set(stateLayout.map(({ path }) => path));
  // Deepest first, so that nothing is changed below a directory that is the server's by then.
  const inside = [...observed].filter(([path, { uid }]) => !known.has(path) && uid !== service.uid).toReversed();
  return [...inside.map(([path]): HandOverStep => ({ do: 'chown', path, ...service })), ...places];
}

function planPlace(place: StatePlace, now: Observed | undefined, service: Owner): HandOverStep[] {
  const { path, kind, mode } = place;
  if (now?.kind === 'link' || (now === undefined && !place.made)) return [];
  // What is the server's already, it may replace by a link while we look.
  if (place.owner === 'service' && now?.uid === service.uid) return [];
  const uid = place.owner === 'root' ? 0 : service.uid;
  const gid = place.group === 'root' ? 0 : service.gid;
  const steps: HandOverStep[] = [];
  if (now === undefined) steps.push({ do: 'make', path, kind, mode });
  else if (now.mode !== mode) steps.push({ do: 'chmod', path, mode });
  if ((now?.uid ?? 0) !== uid || (now?.gid ?? 0) !== gid) steps.push({ do: 'chown', path, uid, gid });
  return steps;
}
