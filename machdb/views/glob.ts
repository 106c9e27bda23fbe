/**
 * A test of whole texts: `*` stands for any characters, `?` for one, `\*` and `\?` for themselves.
 * It takes time in proportion to the lengths of pattern and text, whatever they hold.
 */
export function compileGlob(pattern: string): (text: string) => boolean {
  const tokens = pattern.match(/\\[*?\\]|[^]/gu) ?? [];
  if (!tokens.some(isWildcard)) {
    const literal = tokens.map(literalOf).join('');
    return (text) => text === literal;
  }
  return (text) => matches(tokens, Array.from(text));
}

/** A `*` first takes nothing; where the rest does not fit it takes one more character, and only the last `*` is tried again. */
function matches(tokens: readonly string[], text: readonly string[]): boolean {
  let [token, at] = [0, 0];
  let [starToken, starAt] = [-1, 0];
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === '*') [starToken, starAt, token] = [token, at, token + 1];
    else if (wanted === '?' || (wanted !== undefined && literalOf(wanted) === text[at]))
      [token, at] = [token + 1, at + 1];
    else if (starToken === -1) return false;
    else [token, starAt, at] = [starToken + 1, starAt + 1, starAt + 1];
  }
  return tokens.slice(token).every((rest) => rest === '*');
}

function isWildcard(token: string): boolean {
  return token === '*' || token === '?';
}

function literalOf(token: string): string {
  return token.length === 2 && token.startsWith('\\') ? token.slice(1) : token;
}
