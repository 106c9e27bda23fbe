// Public keys of SSH, as ssh-keygen writes them. In: text. Out: keys, or sentences that say what is wrong. Never: I/O; a
// private key in a message.

/** One public key; `comment` is words with a blank between them, or empty. @see RFC 4253 §6.6 */
export type SshKey = { readonly type: string; readonly blob: string; readonly comment: string };

/** The fields behind the name of each type: how many, and the size of the first where the type fixes it. */
const TYPES: Readonly<Record<string, { readonly fields: number; readonly firstBytes?: number }>> = {
  'ssh-ed25519': { fields: 1, firstBytes: 32 },
  'ecdsa-sha2-nistp256': { fields: 2 },
  'ecdsa-sha2-nistp384': { fields: 2 },
  'ecdsa-sha2-nistp521': { fields: 2 },
  'ssh-rsa': { fields: 2 },
  'sk-ssh-ed25519@openssh.com': { fields: 2, firstBytes: 32 },
  'sk-ecdsa-sha2-nistp256@openssh.com': { fields: 3 },
};

/** What sshd takes for an option of a line in authorized_keys: a restriction that must not get lost. */
const OPTION =
  /^(restrict|cert-authority|verify-required|(no-)?(pty|agent-forwarding|port-forwarding|user-rc|X11-forwarding|touch-required))$|[=",]/i;
/** A word of a comment. A file name or a part of a key is none: whoever wrote it wanted a key there, and got none. */
const COMMENT = /^(?!.*\.pub$)[^\p{C}/\\$`~]{1,60}$/u;

/**
 * Every key of a value such as ROOT_KEYS. `+=` keeps each word once, so `ssh-ed25519 AAAA… ann ssh-ed25519 AAAA… bob` may
 * have lost its second `ssh-ed25519`: the key itself says its type.
 */
export function parseSshKeys(text: string): { readonly keys: readonly SshKey[]; readonly problems: readonly string[] } {
  if (/PRIVATE KEY/.test(text)) return { keys: [], problems: ['a private key must never stand here; change it'] };
  const keys: SshKey[] = [];
  const problems: string[] = [];
  let type: string | undefined;
  for (const word of text.split(/\s+/).filter((word) => word !== '')) {
    const last = keys.at(-1);
    if (Object.hasOwn(TYPES, word)) type = word;
    else if (word.startsWith('AAAA')) {
      const key = parseBlob(word, type);
      if (typeof key === 'string') problems.push(key);
      else keys.push(key);
      type = undefined;
    } else if (OPTION.test(word)) problems.push(`'${shorten(word)}' is an option of a key; options are not supported`);
    else if (last === undefined || type !== undefined || !COMMENT.test(word)) {
      problems.push(`'${shorten(word)}' is neither a public key nor a comment behind a key`);
    } else keys.splice(-1, 1, { ...last, comment: `${last.comment} ${word}`.trim() });
  }
  return { keys, problems };
}

/** A key in a line of authorized_keys or known_hosts. */
export function formatSshKey({ type, blob, comment }: SshKey): string {
  return [type, blob, comment].filter((word) => word !== '').join(' ');
}

/** A key by what its bytes say; a sentence when they are none, or of another type than was written before them. */
function parseBlob(blob: string, written: string | undefined): SshKey | string {
  const bytes = Buffer.from(blob, 'base64');
  const what = `the key ${shorten(blob)}`;
  if (bytes.toString('base64') !== blob) return `${what} is not base64; has it been cut?`;
  const [type, ...fields] = readFields(bytes)?.map((field) => field.toString('latin1')) ?? [];
  if (type === undefined) return `${what} is cut off`;
  const form = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (form === undefined) {
    return `${what} is of a type that is not accepted; make another one: ssh-keygen -t ed25519`;
  }
  if (written !== undefined && written !== type) return `${what} is ${type}, but ${written} stands before it`;
  if (fields.length !== form.fields || (form.firstBytes ?? fields[0]?.length) !== fields[0]?.length) {
    return `${what} is not a whole ${type} key`;
  }
  return { type, blob, comment: '' };
}

/** Strings with their lengths before them; undefined when they do not fill the bytes exactly. @see RFC 4251 §5 */
function readFields(bytes: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length ? fields : undefined;
}

function shorten(word: string): string {
  return word.length <= 32 ? word : `${word.slice(0, 20)}…${word.slice(-8)}`;
}
