// What a phase of a simulation has counted. In: events. Out: figures. Bounded: times as a histogram, so many different errors.
// Never: I/O.
import { createHistogram } from 'node:perf_hooks';
import { cutText } from '../../lib/cut-text.ts';

/** Milliseconds. */
type Times = { readonly p50: number; readonly p90: number; readonly p99: number; readonly most: number };

export type PhaseSummary = {
  readonly seconds: number;
  /** Check-ins that were answered, and how many that is a second. */
  readonly checkIns: number;
  readonly perSecond: number;
  /** From when a host was due, or began where all come as fast as they can, to the answer: connecting is a part of it. */
  readonly checkInMs: Times;
  readonly enrolled: number;
  /** Documents that the server has stored, by what they are. */
  readonly documents: Readonly<Record<string, number>>;
  /** Orders, by what hosts made of them: `begun`, `done`, `failed`, `silent`, `simulated`, … */
  readonly orders: Readonly<Record<string, number>>;
  /** Answers to tasks that the server has acknowledged. */
  readonly messages: number;
  readonly connections: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** In the server's words, or the network's; the most frequent first. */
  readonly errors: readonly { readonly what: string; readonly count: number }[];
  /** Hosts that were due and had no turn until the end: the server, or the simulation, is not fast enough. */
  readonly waiting: number;
};

export type Tally = {
  readonly checkIn: (ms: number) => void;
  readonly enrolled: () => void;
  readonly document: (what: string) => void;
  readonly order: (what: string) => void;
  readonly messages: (count: number) => void;
  readonly error: (what: string) => void;
  readonly checkIns: () => number;
  readonly errors: () => number;
  readonly p99: () => number;
  readonly end: (rest: Pick<PhaseSummary, 'connections' | 'sentBytes' | 'receivedBytes' | 'waiting'>) => PhaseSummary;
};

const MOST_KINDS = 30;
const OTHERS = 'other errors';
const LONGEST_MS = 3_600_000;

/** @param now milliseconds on any clock that goes forward */
export function createTally(now: () => number): Tally {
  const began = now();
  // Microseconds, to three figures.
  const times = createHistogram({ lowest: 1, highest: LONGEST_MS * 1000, figures: 3 });
  const documents = new Map<string, number>();
  const orders = new Map<string, number>();
  const errors = new Map<string, number>();
  const counts = { checkIns: 0, enrolled: 0, messages: 0, errors: 0 };
  const ms = (percentile: number): number => (counts.checkIns === 0 ? 0 : round(times.percentile(percentile) / 1000));
  return {
    checkIn(took) {
      counts.checkIns += 1;
      times.record(Math.min(LONGEST_MS * 1000, Math.max(1, Math.round(took * 1000))));
    },
    enrolled: () => void (counts.enrolled += 1),
    document: (what) => add(documents, what),
    order: (what) => add(orders, what),
    messages: (count) => void (counts.messages += count),
    error(what) {
      counts.errors += 1;
      const words = cutText(what, 300);
      add(errors, errors.has(words) || errors.size < MOST_KINDS ? words : OTHERS);
    },
    checkIns: () => counts.checkIns,
    errors: () => counts.errors,
    p99: () => ms(99),
    end(rest) {
      const seconds = (now() - began) / 1000;
      return {
        seconds: round(seconds),
        checkIns: counts.checkIns,
        perSecond: round(counts.checkIns / Math.max(seconds, 0.001)),
        checkInMs: { p50: ms(50), p90: ms(90), p99: ms(99), most: ms(100) },
        enrolled: counts.enrolled,
        documents: Object.fromEntries(documents),
        orders: Object.fromEntries(orders),
        messages: counts.messages,
        errors: [...errors].map(([what, count]) => ({ what, count })).toSorted((one, other) => other.count - one.count),
        ...rest,
      };
    },
  };
}

const add = (counts: Map<string, number>, what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);

const round = (value: number): number => Math.round(value * 10) / 10;
