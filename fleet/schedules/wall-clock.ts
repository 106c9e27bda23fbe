// What a clock on a wall of a zone shows, and when it shows it. In: times, names of IANA. Out: times, words. Never: the zone of this
// computer. A time that is left out when clocks are put forward is the moment when they are; one that comes twice is the first.

/** What a clock shows, as if it were UTC, in milliseconds since 1970. */
type WallMs = number;

/** Clocks are put back by less. */
const MOST_BACK_HOURS = 25;

export function isZone(zone: string): boolean {
  try {
    at(0, zone);
    return true;
  } catch {
    return false;
  }
}

const at = (ms: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(ms)).toZonedDateTimeISO(zone);

const shownBy = (time: Temporal.ZonedDateTime): WallMs => time.epochMilliseconds + time.offsetNanoseconds / 1_000_000;

/** The latest that the zone's clocks have shown until `ms`; when they were put back, they show less for a while. */
export function latestShown(ms: number, zone: string): WallMs {
  const now = at(ms, zone);
  // The next is looked for, as the one before would not be `now` itself.
  const change = now.subtract({ hours: MOST_BACK_HOURS }).getTimeZoneTransition('next');
  if (change === null || change.epochMilliseconds > ms) return shownBy(now);
  const before = change.subtract({ milliseconds: 1 });
  return Math.max(shownBy(now), shownBy(before));
}

/** When the zone's clocks show so much, or more, for the first time. It never falls as `wallMs` rises. */
export function firstShownAt(wallMs: WallMs, zone: string): number {
  const shown = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();
  const first = shown.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (shownBy(first) === wallMs) return first.epochMilliseconds;
  // It is left out: `first` is as long before the change.
  return first.getTimeZoneTransition('next')?.epochMilliseconds ?? first.epochMilliseconds;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Sat 2026-12-05 02:00 Europe/Berlin (UTC+01:00)`. */
export function zonedText(ms: number, zone: string): string {
  const time = at(ms, zone);
  const clock = time.toPlainTime().toString({ smallestUnit: 'minute' });
  const name = zone === 'UTC' ? 'UTC' : `${zone} (UTC${time.offset})`;
  return `${WEEKDAYS[time.dayOfWeek - 1]} ${time.toPlainDate().toString()} ${clock} ${name}`;
}
