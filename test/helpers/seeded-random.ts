import { createHash } from 'node:crypto';

/** Numbers from 0 up to 1, always the same ones for the same seed. */
export type Random = () => number;

/** Draws from SHA-256 over seed and a counter: slow, and good enough for anything. */
export function seededRandom(seed: string): Random {
  let drawn = 0;
  return () => {
    drawn += 1;
    return createHash('sha256').update(`${seed}\0${drawn}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}
