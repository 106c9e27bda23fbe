// Text that others have written, shown on a terminal. In: any text. Out: the same, in which nothing can move the cursor, forge a
// line or change the direction of the text. Pure.

const INVISIBLE = /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const INVISIBLE_BUT_LINES = /(?![\t\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** On one line; what would steer a terminal is written `\u{1b}`. */
export const harmlessLine = (text: string): string => text.replaceAll(INVISIBLE, escapeCharacter);

/** The same, of a text whose lines are its own. */
export const harmlessLines = (text: string): string => text.replaceAll(INVISIBLE_BUT_LINES, escapeCharacter);

/** JSON that says the same in characters that can be seen; its own line breaks stay. */
export function harmlessJson(json: string): string {
  return json.replaceAll(INVISIBLE_BUT_LINES, (character) =>
    Array.from({ length: character.length }, (_, unit) => {
      return `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
