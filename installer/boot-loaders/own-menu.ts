// Whether a boot menu is gutinteg's to write again. In: text. Out: text, yes or no. Pure.
import { createHash } from 'node:crypto';

const SEAL = /^# Written by gutinteg; sha256 of the lines below: ([0-9a-f]{64})\n/;

/** The menus of earlier versions: without a digest, but of these lines alone. */
const UNSEALED = '# Written by gutinteg at installation; update-grub owns this file from now on.';
const UNSEALED_LINES = [
  /^serial --unit=\d+ --speed=\d+$/,
  /^terminal_(?:input|output) console serial$/,
  /^set (?:timeout=1|default=0)$/,
  /^menuentry '[\w .()-]*' \{$/,
  /^ {2}insmod \w+$/,
  /^ {2}search --no-floppy --fs-uuid --set=root \S+$/,
  /^ {2}linux \S+ root=\S+ ro(?: console=\S+)*$/,
  /^ {2}initrd \S+$/,
  /^\}$/,
  /^$/,
];

/** Puts a line above a menu by which it is known again as written here and not changed since. */
export function sealMenu(body: string): string {
  return `# Written by gutinteg; sha256 of the lines below: ${sha256(body)}\n${body}`;
}

/** False for a menu that update-grub or a person wrote, or changed: it is theirs. */
export function isOwnMenu(text: string): boolean {
  const [head, digest] = SEAL.exec(text) ?? [];
  if (head !== undefined) return sha256(text.slice(head.length)) === digest;
  const [first, ...lines] = text.split('\n');
  return first === UNSEALED && lines.every((line) => UNSEALED_LINES.some((known) => known.test(line)));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
