// When the power goes, and which names the disks have before and after. In: a seed and how long an installation takes.
// Out: moments. Pure.
import { seededRandom } from '../helpers/seeded-random.ts';

/** Seconds from power-on until the disks are first written to, until they are formatted, and until the restart. */
export type InstallTiming = {
  readonly partitionSeconds: number;
  readonly formattedSeconds: number;
  readonly restartSeconds: number;
};

export type CutMoment = {
  /** Decides which writes are lost. */
  readonly seed: string;
  /** Some time after power-on, after the first write to a table, or after the first bytes of files. */
  readonly since: (typeof SINCE)[number];
  readonly delayMs: number;
  /** Whether the kernel's names of the disks are exchanged, at the first and at the second power-on. */
  readonly swapped: readonly [boolean, boolean];
};

const SINCE = ['partition', 'files', 'power-on'] as const;

const LEAST_WINDOW_SECONDS = 1.5;

/** Files are laid down for much longer than that, by an emulated processor. */
const FILES_WINDOW_SECONDS = 2;

/**
 * Of three moments, the first lies between the first write and formatted disks, a short time in which the most can go wrong,
 * the second while files are written, the third anywhere.
 */
export function planCutMoments(input: {
  readonly seed: string;
  readonly count: number;
  readonly timing: InstallTiming;
}): CutMoment[] {
  const { partitionSeconds, formattedSeconds, restartSeconds } = input.timing;
  const windowSeconds = {
    partition: Math.max(LEAST_WINDOW_SECONDS, formattedSeconds - partitionSeconds),
    files: FILES_WINDOW_SECONDS,
    'power-on': restartSeconds,
  };
  return Array.from({ length: input.count }, (_, index) => {
    const seed = `${input.seed}/${index + 1}`;
    const random = seededRandom(seed);
    const since = SINCE[index % SINCE.length] ?? 'power-on';
    return {
      seed,
      since,
      delayMs: Math.round(windowSeconds[since] * 1000 * random()),
      swapped: [random() < 0.5, random() < 0.5],
    };
  });
}
