import { setImmediate as nextTurn } from 'node:timers/promises';
import { fetchPack } from './fetch.ts';
import type { Fetcher } from './fetch.ts';
import type { PackReads } from './plan-reads.ts';

const IN_FLIGHT = 4;

/** What was read of one pack: its verified raw bytes, or the error that kept them away. */
type PackResult = { readonly work: PackReads; readonly raw: Uint8Array | Error };

/**
 * Reads packs in order, with a few on their way while the caller works on one. Hashing and decompression run on the
 * thread pool, so that a caller which writes files synchronously loses nothing by it.
 */
export async function* readPacks(plan: readonly PackReads[], fetcher: Fetcher): AsyncGenerator<PackResult> {
  const underway: Promise<PackResult>[] = [];
  let next = 0;
  const start = () => {
    const work = plan[next];
    next += 1;
    if (work !== undefined) underway.push(readOne(work, fetcher));
  };
  for (let count = 0; count < IN_FLIGHT; count += 1) start();
  for (let result = await underway.shift(); result !== undefined; result = await underway.shift()) {
    start();
    yield result;
    // Lets the network and the pool hand over what they have finished meanwhile.
    await nextTurn();
  }
}

async function readOne(work: PackReads, fetcher: Fetcher): Promise<PackResult> {
  try {
    return { work, raw: await fetchPack(fetcher, work.pack) };
  } catch (error) {
    return { work, raw: error instanceof Error ? error : new Error(String(error)) };
  }
}
