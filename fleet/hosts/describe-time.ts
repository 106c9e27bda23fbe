// Times and durations, for people. In: numbers. Out: words. Never: reads a clock.

/** To the minute, in UTC; a clock of a host may be out of what a date can be. */
export const timeText = (ms: number): string =>
  Number.isNaN(new Date(ms).getTime())
    ? 'an impossible time'
    : `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export function durationText(seconds: number): string {
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} minutes`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3600)} hours`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** A host whose clock is off by more gets no orders: their windows and ends are compared with it. */
export const CLOCK_OFF_SECONDS = 300;

/** @param offset seconds by which it is ahead @returns undefined for a clock that is good enough */
export function describeClock(offset: number): string | undefined {
  if (Math.abs(offset) <= CLOCK_OFF_SECONDS) return undefined;
  return `its clock is ${durationText(Math.abs(offset))} ${offset > 0 ? 'ahead' : 'behind'}`;
}
