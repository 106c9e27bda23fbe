// The serial of any zone file. In: its text, or the beginning of it. Out: the serial of its first SOA record.
// Never: includes another file; what follows the SOA record is not looked at.

/** A word of a zone file, a line end outside of parentheses, or a blank at the beginning of a line. */
type Token = { readonly kind: 'word' | 'end' | 'blank'; readonly text: string };

// Outside of quotes `\` takes the next character as it is, `\DDD` is three digits of it; a comment ends with its line.
const TOKEN = /;[^\n]*|\n|[ \t\r\f\v]+|[()]|(?:"(?:[^"\\]|\\[^])*"|\\[^]|[^\s;()"\\])+/g;
const CLASS = /^(IN|CH|HS|CLASS\d+)$/i;
const TTL = /^(\d+|(\d+[smhdw])+)$/i;
const MOST_SERIAL = 2 ** 32 - 1;

/**
 * Parentheses may begin before the type, class and TTL stand in either order, the owner may be left out.
 * Undefined when there is no SOA record, or its serial is none.
 * @see RFC 1035 §5.1
 */
export function readSerial(text: string): number | undefined {
  let record: string[] = [];
  let owner = true;
  for (const { kind, text: word } of tokensOf(text)) {
    if (kind === 'word') record.push(word);
    else if (kind === 'blank') owner &&= record.length > 0;
    else {
      const data = recordData(record, owner);
      // BIND wants parentheses around what goes on in the next line; people forget them.
      if (data !== undefined && data.length < 3) continue;
      if (data !== undefined) return parseSerial(data[2]);
      [record, owner] = [[], true];
    }
  }
  const data = recordData(record, owner);
  return data === undefined ? undefined : parseSerial(data[2]);
}

function recordData(words: readonly string[], owner: boolean): readonly string[] | undefined {
  // `$ORIGIN soa` has a name there, not a type.
  return owner && words[0]?.startsWith('$') === true ? undefined : soaData(owner ? words.slice(1) : words);
}

/** What stands behind the type of a SOA record; undefined when it is another. */
function soaData(words: readonly string[]): readonly string[] | undefined {
  const type = words.findIndex((word) => !CLASS.test(word) && !TTL.test(word));
  return /^(SOA|TYPE6)$/i.test(words[type] ?? '') ? words.slice(type + 1) : undefined;
}

function parseSerial(text: string | undefined): number | undefined {
  const serial = /^\d{1,10}$/.test(text ?? '') ? Number(text) : Infinity;
  return serial <= MOST_SERIAL ? serial : undefined;
}

function* tokensOf(text: string): Generator<Token> {
  let depth = 0;
  let atStart = true;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith(';')) continue;
    if (token === '\n') {
      if (depth === 0) yield { kind: 'end', text: token };
      atStart = depth === 0;
      continue;
    }
    if (token === '(') depth += 1;
    else if (token === ')') depth = Math.max(0, depth - 1);
    else if (token.trim() === '') {
      if (atStart) yield { kind: 'blank', text: token };
    } else yield { kind: 'word', text: token };
    atStart = false;
  }
}
