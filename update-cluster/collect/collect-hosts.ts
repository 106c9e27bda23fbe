// Collects hosts: listens to a network, and gives every new card a name and an address.
// In: frames, what is known, how hosts are named. Out: hosts, each at once; lines that say what was seen.
// Never: gives an address that answers, is seen in use or is known; keeps more than a bounded number of cards in mind.
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, UserError } from '../../lib/errors.ts';
import { isInRange } from './address-range.ts';
import { decideLeaveOut } from './decide-card.ts';
import { describeSighting } from './describe-sighting.ts';
import { createProber } from './prober.ts';
import { parseFrame } from './protocol/parse-frame.ts';
import type { Sighting } from './protocol/parse-frame.ts';
import { takeInCard } from './take-in-card.ts';
import type { Desk } from './take-in-card.ts';
import { createTurns } from './turns.ts';

const POLL_MS = 50;
/** So that a flood does not keep everything else from running. */
const MOST_FRAMES_AT_ONCE = 1000;
const MOST_CARDS = 10_000;
/** Cards that come when so many are being taken in have their turn when they are heard again. */
const MOST_JOBS = 256;

export type Collection = Pick<Desk, 'hosts' | 'choice' | 'signal' | 'say'> & {
  readonly network: {
    readonly mac: Uint8Array;
    readonly receive: () => Uint8Array | undefined;
    readonly send: (frame: Uint8Array) => void;
  };
  /** Also cards with a locally administered address. */
  readonly allowLocal: boolean;
  /** Ends after so many new cards. */
  readonly count: number;
  /** After each probe of an address. */
  readonly pauseMs: number;
};

type Collecting = Collection & {
  readonly desk: Desk;
  readonly jobs: Set<Promise<void>>;
  /** Those that have been dealt with or are at the desk; the longest known go first. */
  readonly cards: Set<string>;
  /** What ends it all, once who is at the desk has been served. */
  failure: unknown;
  lastComplaint: string;
};

/**
 * Collects until the signal, or until it has found enough.
 * @returns how many new cards there were
 * @throws UserError when names or addresses run out, or hosts cannot be written; what the network card throws
 */
export async function collectHosts(collection: Collection): Promise<number> {
  const stop = new AbortController();
  const { network, pauseMs, count } = collection;
  const signal = AbortSignal.any([collection.signal, stop.signal]);
  let found = 0;
  const onFound = () => {
    found += 1;
    if (found >= count) stop.abort();
  };
  const desk: Desk = {
    ...collection,
    signal,
    onFound,
    prober: createProber({ ...network, pauseMs, signal }),
    turns: createTurns(),
    names: new Set(),
    addresses: new Set(),
  };
  const collecting: Collecting = {
    ...collection,
    signal,
    desk,
    jobs: new Set(),
    cards: new Set(),
    failure: undefined,
    lastComplaint: '',
  };
  try {
    await listen(collecting);
  } finally {
    stop.abort();
    // What is being written is written to its end.
    await Promise.all(collecting.jobs);
  }
  if (collecting.failure !== undefined) throw collecting.failure;
  return found;
}

async function listen(collecting: Collecting): Promise<void> {
  const { jobs, network, signal } = collecting;
  while (!signal.aborted && (collecting.failure === undefined || jobs.size > 0)) {
    for (let frames = 0; frames < MOST_FRAMES_AT_ONCE; frames += 1) {
      const frame = network.receive();
      if (frame === undefined) break;
      const sighting = parseFrame(frame);
      if (sighting !== undefined) hear(collecting, sighting);
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
  }
}

function hear(collecting: Collecting, sighting: Sighting): void {
  const { cards, choice, desk, failure, jobs, say } = collecting;
  desk.prober.hear(sighting);
  // So there are at most as many as the range has.
  if (choice !== undefined && isInRange(choice.range, sighting.ip)) desk.addresses.add(sighting.ip);
  if (cards.has(sighting.mac) || jobs.size >= MOST_JOBS || failure !== undefined) return;
  cards.add(sighting.mac);
  const [longestKnown] = cards;
  if (cards.size > MOST_CARDS && longestKnown !== undefined) cards.delete(longestKnown);
  const why = decideLeaveOut(sighting.mac, collecting);
  if (why === undefined) serve(collecting, sighting);
  else say(`${describeSighting(sighting)}: left out: ${why}`);
}

function serve(collecting: Collecting, sighting: Sighting): void {
  const { cards, desk, jobs, signal } = collecting;
  const job = takeInCard(desk, sighting)
    .catch((error: unknown) => {
      cards.delete(sighting.mac);
      if (!signal.aborted) complain(collecting, sighting, error);
    })
    .finally(() => jobs.delete(job));
  jobs.add(job);
}

/** A file that is faulty, perhaps since somebody edits it, is read again when the card is heard again. */
function complain(collecting: Collecting, sighting: Sighting, error: unknown): void {
  if (!(error instanceof UserError && error.exitCode === 2)) {
    collecting.failure ??= error;
    return;
  }
  const complaint = describeError(error);
  if (complaint !== collecting.lastComplaint) {
    collecting.say(`${describeSighting(sighting)}: not added yet: ${complaint}`);
  }
  collecting.lastComplaint = complaint;
}
