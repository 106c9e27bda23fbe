// Times and shares as people type them. In: `1h`, `10%`, `1,10,100`. Out: seconds, fractions of 1. Never: NaN.
import { InvalidArgumentError } from 'commander';

const units: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90s`, `15min`, `1h`, `7d`, `2w`. @returns seconds @throws InvalidArgumentError */
export function parseSeconds(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,6})(s|min|m|h|d|w)$/.exec(text) ?? [];
  if (amount === undefined) throw new InvalidArgumentError('a time such as 90s, 15min, 1h or 7d is expected');
  return Number(amount) * (units[unit] ?? 1);
}

/** `95%` or `95`. @returns a fraction of 1 @throws InvalidArgumentError */
export function parsePercent(text: string): number {
  const [, amount] = /^(\d{1,3}(?:\.\d{1,2})?)\s*%?$/.exec(text.trim()) ?? [];
  const percent = Number(amount);
  if (amount === undefined || percent > 100) throw new InvalidArgumentError('percent from 0 to 100 are expected');
  return percent / 100;
}

/** `1,10,100`: how much has had its turn after each ring. @throws InvalidArgumentError unless they rise to 100 */
export function parseRings(text: string): number[] {
  const rings = text.split(',').map(parsePercent);
  const isRising = rings.every((ring, index) => ring > (rings[index - 1] ?? 0));
  if (isRising && rings.at(-1) === 1) return rings;
  throw new InvalidArgumentError('rings are percent that rise to 100, such as 1,10,100');
}

/** The largest unit in which it is a whole number: `90 min`, `7 d`. */
export function secondsText(seconds: number): string {
  const [name, size] =
    (
      [
        ['d', 86_400],
        ['h', 3600],
        ['min', 60],
      ] as const
    ).find(([, each]) => seconds >= each && seconds % each === 0) ?? (['s', 1] as const);
  return `${seconds / size} ${name}`;
}
