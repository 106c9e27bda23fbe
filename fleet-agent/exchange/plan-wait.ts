// How long to wait after a try. In: how it ended. Out: seconds. Never: I/O; asks a clock.
export type Ending =
  /** The server has said when, or has refused with a time. */
  | { readonly kind: 'told'; readonly seconds: number }
  /** No answer: so often now, one after another. */
  | { readonly kind: 'failed'; readonly failures: number };

const FIRST_SECONDS = 300;
const LONGEST_SECONDS = 7200;

/**
 * After failures 5, 10, … 120 minutes, less up to half by chance, so that those who failed together do not return together.
 * @param chance from 0 to 1
 */
export function planWait(ending: Ending, chance: number): number {
  if (ending.kind === 'told') return ending.seconds;
  const whole = Math.min(FIRST_SECONDS * 2 ** Math.min(ending.failures - 1, 10), LONGEST_SECONDS);
  return Math.round(whole * (1 - chance / 2));
}
