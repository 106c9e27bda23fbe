/** `DISK_hda` binds the logical disk `hda`. */
export const BINDING_PREFIX = 'DISK_';

/** The `DISK_<name>` variables of a resolved record as `{name: selector}`: `{disk0: 'serial:S3Z9NB0K'}`. */
export function diskBindings(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record)
      .filter(([name]) => name.startsWith(BINDING_PREFIX) && name.length > BINDING_PREFIX.length)
      .map(([name, selector]) => [name.slice(BINDING_PREFIX.length), selector]),
  );
}
