import { UserError } from '../../lib/errors.ts';

const SERIALS = 2 ** 32;

/**
 * The serial of a zone that has changed: the time in seconds since 1970 or, where the old serial is not before that,
 * the one after it. `wanted` is what the user gave instead.
 * @throws UserError when `wanted` is not after the old serial: secondaries would keep the old zone.
 * @see RFC 1982
 */
export function nextSerial(
  old: number | undefined,
  { nowSeconds, wanted }: { nowSeconds: number; wanted?: number },
): number {
  if (wanted !== undefined) {
    if (old === undefined || isAfter(wanted, old)) return wanted;
    const hint = `leave --serial away, or give one after it, such as ${successor(old)}`;
    throw new UserError(`the serial ${wanted} must be greater than the current serial ${old}`, { exitCode: 2, hint });
  }
  const clock = Math.floor(nowSeconds) % SERIALS;
  return old === undefined || isAfter(clock, old) ? clock : successor(old);
}

/** Whether a secondary that has `old` would fetch a zone with `serial`: numbers of 32 bits, in a circle. */
export function isAfter(serial: number, old: number): boolean {
  const distance = (serial - old + SERIALS) % SERIALS;
  return distance > 0 && distance < SERIALS / 2;
}

/** Zero is left out: some programs take it for no serial at all. */
function successor(serial: number): number {
  return (serial + 1) % SERIALS || 1;
}
