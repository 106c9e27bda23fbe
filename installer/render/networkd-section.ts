/** A section of a systemd file; without lines it is left out. */
export type Section = { readonly name: string; readonly lines: readonly string[] };

/** `Key=value` for each pair that has a value. */
export function settings(values: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
}
