/** `ttyS1,115200n8` → unit 1 at 115200 baud; undefined for a console that is no serial line. */
export function serialUnit(consoleName: string): { unit: number; speed: number } | undefined {
  const match = /^ttyS(\d+)(?:,(\d+))?/.exec(consoleName);
  return match === null ? undefined : { unit: Number(match[1]), speed: Number(match[2] ?? 9600) };
}
