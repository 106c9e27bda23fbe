// What of a store somebody may still need. In: names with their history, what machines hold, ages. Out: which manifests
// live, and what goes. Never: I/O. In doubt, a thing lives.
import type { Generation } from './store.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Generations of each name that live whatever their age, the current one counted. */
export const KEPT_GENERATIONS = 3;
/** How long one lives that is no longer current: machines that were told of it may be fetching. */
export const GRACE_DAYS = 7;

export type GcRules = { readonly keepGenerations: number; readonly graceDays: number };

type StoreContents = {
  readonly generations: ReadonlyMap<string, readonly Generation[]>;
  /** Manifests that are pinned, or that machines are being installed with. */
  readonly held: ReadonlySet<string>;
  /** Every manifest in the store, and when its file was written, in milliseconds since 1970. */
  readonly manifests: ReadonlyMap<string, number>;
  readonly nowMs: number;
};

/**
 * The manifests that live: of each name the newest, and those that were replaced less than the days of grace ago; all
 * that are held; and any file younger than the days of grace, whoever wrote it.
 */
export function planLiveManifests(contents: StoreContents, rules: GcRules): Set<string> {
  const { generations, held, manifests, nowMs } = contents;
  const isYoung = (sinceMs: number) => nowMs - sinceMs < rules.graceDays * DAY_MS;
  const live = new Set(held);
  for (const history of generations.values()) {
    for (const [index, { digest }] of history.entries()) {
      const replacedAt = history[index - 1]?.at;
      if (index < Math.max(1, rules.keepGenerations)) live.add(digest);
      else if (replacedAt !== undefined && isYoung(Date.parse(replacedAt))) live.add(digest);
    }
  }
  for (const [digest, writtenMs] of manifests) if (isYoung(writtenMs)) live.add(digest);
  return live;
}

type StoreFiles = {
  /** File names: in `manifests/` with their `.sig`, in `deltas/` as `FROM-TO`. */
  readonly manifests: readonly string[];
  readonly deltas: readonly string[];
  readonly packs: readonly string[];
};

const DIGEST_NAME = /^[0-9a-f]{64}$/;

/** The files to remove. A delta goes with the manifest that it leads to. Names that are not the store's own stay. */
export function planRemovals(
  files: StoreFiles,
  live: { readonly manifests: ReadonlySet<string>; readonly packs: ReadonlySet<string> },
): StoreFiles {
  const isDead = (digest: string) => DIGEST_NAME.test(digest) && !live.manifests.has(digest);
  return {
    manifests: files.manifests.filter((name) => isDead(name.replace(/\.sig$/, ''))),
    deltas: files.deltas.filter((name) => isDead(name.replace(/^[0-9a-f]{64}-/, ''))),
    packs: files.packs.filter((name) => DIGEST_NAME.test(name) && !live.packs.has(name)),
  };
}
