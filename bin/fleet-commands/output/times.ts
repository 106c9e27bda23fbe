// Times for people. In: milliseconds since 1970. Out: text. Never: reads the clock.

/** `2026-11-30 17:05 UTC`. */
export const timeText = (ms: number): string =>
  Number.isNaN(new Date(ms).getTime())
    ? 'an impossible time'
    : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const units: readonly (readonly [name: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
];

/** `5 min ago`, `in 20 s`, `never`. */
export function agoText(ms: number | null, nowMs: number): string {
  if (ms === null) return 'never';
  const seconds = Math.round(Math.abs(nowMs - ms) / 1000);
  const [name, size] = units.find(([, least]) => seconds >= 2 * least) ?? ['s', 1];
  const text = `${Math.round(seconds / size)} ${name}`;
  return ms > nowMs ? `in ${text}` : `${text} ago`;
}
