// The look that a check-in reports: that of last time while nothing has changed, else a new one, which is kept.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Item, ListKind } from '../../contract/fleet/inventory.ts';
import { lookAtHost, lookSchema, troubleOf } from '../look/look-at-host.ts';
import type { FreshLook, Look } from '../look/look-at-host.ts';
import { readHostFacts, stampHost } from '../look/read-host-facts.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';
import { readListsUpdatedAt } from '../../package-systems/read-stamp.ts';
import { hasRoom } from '../state/has-room.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import type { StatePaths } from '../state/state-paths.ts';
import type { HostContext } from './host-context.ts';

export type CurrentLook = {
  readonly look: Look;
  /** Looks now if it has not; undefined when that list cannot be read. */
  readonly list: (kind: ListKind) => Promise<{ digest: string; items: readonly Item[] } | undefined>;
};

type LookContext = Omit<HostContext, 'client' | 'key'>;

/** @param before of the same run: its lists hold while nothing has changed */
export async function takeLook(context: LookContext, before?: CurrentLook): Promise<CurrentLook> {
  const { paths, system, uptime, host, place, agentVersion } = context;
  const { root = '/' } = host;
  const mode = place.mode ?? 'packages';
  const hostFacts = await readHostFacts({ root, uptime, mode, agentVersion });
  const stamp = await stampHost(system, hostFacts, uptime, root);
  const former = readFormerLook(paths);
  if (before?.look.stamp === stamp && former?.stamp === stamp) return before;
  let fresh: FreshLook | undefined;
  const lookNow = async (): Promise<FreshLook> => {
    fresh ??= keepLook(paths, await lookAtHost({ system, host, hostFacts, stamp, former }));
    return fresh;
  };
  const found = former?.stamp === stamp ? await withListsTime(former, system, root) : await lookNow();
  const look = withRoomTold(paths, found);
  return {
    look,
    list: async (kind) => {
      const { lists, [kind]: digest } = await lookNow();
      const items = lists[kind];
      return items === undefined ? undefined : { digest, items };
    },
  };
}

/** A full disk is told before anything is lost by it. Without the number of bytes, which would make other facts each time. */
function withRoomTold({ directory }: StatePaths, look: Look): Look {
  if (hasRoom(directory)) return look;
  const trouble = { what: 'the disk', message: 'is full: less than 64 kB are free for the state of gutinteg-fleet' };
  return { ...look, facts: { ...look.facts, troubles: [...look.facts.troubles, trouble].slice(-50) } };
}

/** Without a file being read or written: what there is to report now. */
export async function takeFreshLook(context: LookContext): Promise<FreshLook> {
  const { system, uptime, host, place, agentVersion } = context;
  const hostFacts = await readHostFacts({
    root: host.root ?? '/',
    uptime,
    mode: place.mode ?? 'packages',
    agentVersion,
  });
  return lookAtHost({ system, host, hostFacts, stamp: '', former: undefined });
}

/** Lists that were fetched and brought nothing are as new as those that brought something. */
async function withListsTime(look: Look, system: PackageSystem, root: string): Promise<Look> {
  const listsUpdatedAt = await readListsUpdatedAt(system, root);
  return { ...look, facts: { ...look.facts, ...(listsUpdatedAt === undefined ? {} : { listsUpdatedAt }) } };
}

/** The next look is made anew, even if nothing seems to have changed; what the last one found stays, in case it fails. */
export function forgetLook(paths: StatePaths): void {
  const former = readFormerLook(paths);
  try {
    if (former !== undefined) replaceFile(paths.look, JSON.stringify({ ...former, stamp: '' }));
  } catch {
    rmSync(paths.look, { force: true });
  }
}

function readFormerLook(paths: StatePaths): Look | undefined {
  try {
    return lookSchema.parse(JSON.parse(readFileIfThere(paths.look)?.toString() ?? ''));
  } catch {
    return undefined;
  }
}

/** On a full disk, the next look is made anew, and the server is told. */
function keepLook(paths: StatePaths, fresh: FreshLook): FreshLook {
  const { lists: _, ...look } = fresh;
  try {
    replaceFile(paths.look, JSON.stringify(look));
    return fresh;
  } catch (error) {
    const trouble = troubleOf('the state of gutinteg-fleet', error);
    return { ...fresh, facts: { ...fresh.facts, troubles: [...fresh.facts.troubles, trouble] } };
  }
}

export const newNonce = (): string => randomBytes(8).toString('base64url');
