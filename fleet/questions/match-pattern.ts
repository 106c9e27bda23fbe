// Patterns of names, as people type them. In: a pattern with `*` and `?`. Out: whether names fit. Never: I/O; more steps than the
// product of both lengths, whatever a stranger types.

export type Pattern = {
  /** Neither `*` nor `?` is in it: it is a name. */
  readonly isName: boolean;
  readonly text: string;
};

export const parsePattern = (text: string): Pattern => ({ isName: !/[*?]/.test(text), text });

/** A name fits only itself; capitals do not matter in a pattern. */
export function fitsPattern({ isName, text }: Pattern, name: string): boolean {
  return isName ? text === name : fitsGlob(text.toLowerCase(), name.toLowerCase());
}

/** Goes back only to the last `*`: an earlier one could not do better. */
function fitsGlob(glob: string, name: string): boolean {
  let [at, position, star, starPosition] = [0, 0, -1, 0];
  while (position < name.length) {
    if (glob[at] === '*') {
      star = at++;
      starPosition = position;
    } else if (glob[at] === '?' || glob[at] === name[position]) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      at = star + 1;
      position = starPosition += 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(glob.slice(at));
}

/** The same for SQL's `lower(name) like … escape '\'`; it lets more pass where letters are not ASCII's. */
export const likeOfPattern = (glob: string): string =>
  glob
    .toLowerCase()
    .replaceAll(/[%_\\]/g, String.raw`\$&`)
    .replaceAll(/[^\0-\x7f]/g, '_')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
