// What this machine should be: as the server says, or as it last said. In: the machine's state, a client. Out: a
// look-up and its manifests. Never: goes on with another machine's description.
import { ServerAwayError } from '../../contract/client.ts';
import type { ServerClient } from '../../contract/client.ts';
import type { Lookup } from '../../contract/lookup.ts';
import { describeError, UserError } from '../../lib/errors.ts';
import type { Mac } from '../../lib/mac.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { parsePublicKeys } from '../../packagelink/manifests/keys.ts';
import type { Update } from '../../packagelink/partial/find-update.ts';
import type { ManifestCache } from '../../packagelink/manifests/manifest-cache.ts';
import { updateManifests } from './fetch-manifests.ts';
import type { Manifests } from './fetch-manifests.ts';
import { openMachineManifests, readLastKnown } from './last-known.ts';
import type { MachineState } from '../machine/machine-state.ts';

/** `run` puts right what is wrong, `dry-run` says what that would be, `check-only` asks nobody. */
export type RunMode = 'run' | 'dry-run' | 'check-only';

/** Files that the last run left as they should be, so that no manifest is needed. */
type Settled = { readonly notices: readonly string[] };

/** What can be done without reading a manifest. */
export type Shortcut = { readonly settled: Settled } | { readonly update: Update };

export type Description = {
  readonly lookup: Lookup;
  readonly files: Shortcut | { readonly manifests: Manifests };
  readonly cache: ManifestCache;
  /** For packs. */
  readonly fetcher: Fetcher;
  /** Why the server was not asked or did not answer; undefined when this is its word. */
  readonly away: string | undefined;
};

type Input = {
  readonly mode: RunMode;
  readonly root: string;
  readonly state: MachineState;
  readonly client: Pick<ServerClient, 'lookup' | 'storeFile'>;
  readonly publicKeys: readonly string[];
  readonly macs: () => Promise<Mac[]>;
  /** Whether the machine still is as the last run has left it, for this very description or one that differs little. */
  readonly shortcut: (about: Pick<Description, 'lookup' | 'cache' | 'fetcher'>) => Promise<Shortcut | undefined>;
};

/**
 * Asks the server, and where it is away, the machine's own disk; `check-only` asks the disk alone, `dry-run` the server.
 * @throws UserError when neither knows, or when the server takes this machine for another one
 */
export async function findDescription(input: Input): Promise<Description> {
  if (input.mode === 'check-only') return recall(input, 'it was not asked');
  try {
    const lookup = await lookUpSelf(input);
    const fetcher = failFast(async (path) => input.client.storeFile(path));
    const cache = cacheOf(input, fetcher);
    const about = { lookup, cache, fetcher };
    return { ...about, files: await describeFiles(input, about), away: undefined };
  } catch (error) {
    if (!isServerAway(error)) throw error;
    if (input.mode === 'run') return recall(input, describeError(error));
    throw new UserError('planning without the server', { cause: error, hint: 'gutinteg --check-only' });
  }
}

async function recall(input: Input, away: string): Promise<Description> {
  const lookup = await readLastKnown(input.root);
  if (lookup === undefined) {
    throw new UserError(`this machine has no description of its own yet, and the server did not help: ${away}`, {
      exitCode: input.mode === 'check-only' ? 2 : 1,
      hint: 'gutinteg, while the server answers',
    });
  }
  if (lookup.machineId !== input.state.machineId) throw notThisMachine(lookup, input.state, 'what was stored is for');
  const fetcher: Fetcher = async () => {
    throw new UserError('the server is away, and this machine has no copy');
  };
  const cache = cacheOf(input, fetcher);
  const about = { lookup, cache, fetcher };
  return { ...about, files: await describeFiles(input, about), away };
}

async function describeFiles(
  input: Input,
  about: Pick<Description, 'lookup' | 'cache' | 'fetcher'>,
): Promise<Description['files']> {
  return (await input.shortcut(about)) ?? { manifests: await updateManifests(about.lookup, about.cache) };
}

function cacheOf({ root, publicKeys }: Input, store: Fetcher): ManifestCache {
  const keys = parsePublicKeys(publicKeys);
  return openMachineManifests(root, store, keys);
}

/** Once the server is away, the packs that are still wanted need not wait for it one after the other. */
function failFast(store: Fetcher): Fetcher {
  let away: unknown;
  return async (path) => {
    if (away !== undefined) throw away;
    try {
      return await store(path);
    } catch (error) {
      if (isServerAway(error)) away = error;
      throw error;
    }
  };
}

/** Whether an error, or what caused it, is a server that does not answer. */
export function isServerAway(error: unknown): boolean {
  if (error instanceof ServerAwayError) return true;
  return error instanceof Error && error.cause !== undefined && isServerAway(error.cause);
}

async function lookUpSelf({ state, client, macs }: Input): Promise<Lookup> {
  const all = await macs();
  const mac = all.find((candidate) => candidate === state.mac) ?? all[0];
  if (mac === undefined) throw new UserError('this machine has no network card, so it cannot be looked up');
  const lookup = await client.lookup(mac);
  if (lookup.machineId === state.machineId) return lookup;
  throw notThisMachine(lookup, state, `the server takes ${mac} for`);
}

function notThisMachine(lookup: Lookup, state: MachineState, what: string): UserError {
  return new UserError(
    `${what} machine ${lookup.machineId} (${lookup.name}), but this is ${state.machineId} ` +
      `(${state.hostname}); nothing was changed`,
    { hint: `gutinteg status ${lookup.name}   on the server` },
  );
}
