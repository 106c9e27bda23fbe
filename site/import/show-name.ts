// Names from an archive, for a terminal. In: a stranger's bytes or text. Out: text without control characters.

const LONGEST = 200;

/** `etc/a\nb` with the line break written out; of what is longer, the first 200 characters. */
export function showName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const shown = name.replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

/** `etc/a, etc/b and 3 more`. */
export function showNames(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).map(showName).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
