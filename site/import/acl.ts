// POSIX ACLs of archives. In: the text of SCHILY.acl.*. Out: what Linux keeps as an attribute, and the mode that
// belongs to it. Never: I/O; uses the accounts of this computer.

type AclEntry = {
  readonly tag: 'user' | 'group' | 'mask' | 'other';
  /** Empty for the owner, the group, `mask` and `other`: a number, or a name that nobody but the writer knows. */
  readonly who: string;
  /** 0 to 7. */
  readonly bits: number;
};

export type Acl = readonly AclEntry[];

/** As Linux numbers them: of the owner, and of somebody who is named. */
const TAGS = { user: [1, 2], group: [4, 8], mask: [16, 16], other: [32, 32] } as const;
const NOBODY = 0xffff_ffff;

/**
 * `user::rw-`, `user:1234:r--`, `user:lisa:r--:502` and so on, one a line or between commas; undefined for anything
 * else. A number behind the bits is that of the name (star).
 * @see acl(5), "SHORT and LONG TEXT FORM"
 */
export function parseAcl(text: string): Acl | undefined {
  const entries: AclEntry[] = [];
  for (const line of text.split(/[\n,]/)) {
    const clean = line.replace(/#.*/, '').trim();
    if (clean === '') continue;
    const match = /^(u|user|g|group|m|mask|o|other):([^:]*):([r-][w-][x-])(?::(\d{1,10}))?$/.exec(clean);
    if (match === null) return undefined;
    const [, tag = '', name = '', bits = '', id] = match;
    const full = ({ u: 'user', g: 'group', m: 'mask', o: 'other' } as const)[tag[0] as 'u' | 'g' | 'm' | 'o'];
    entries.push({ tag: full, who: id ?? (name === 'root' ? '0' : name), bits: parseBits(bits) });
  }
  return isWhole(entries) ? entries : undefined;
}

/**
 * The same from the attribute as Linux keeps it, which has numbers for everybody; undefined for anything else.
 * @see linux/posix_acl_xattr.h
 */
export function decodeAcl(value: Buffer): Acl | undefined {
  if (value.length < 4 || (value.length - 4) % 8 !== 0 || value.readUInt32LE(0) !== 2) return undefined;
  const entries: AclEntry[] = [];
  for (let offset = 4; offset < value.length; offset += 8) {
    const number = value.readUInt16LE(offset);
    const [tag, tags] =
      Object.entries(TAGS).find(([, numbers]) => (numbers as readonly number[]).includes(number)) ?? [];
    const bits = value.readUInt16LE(offset + 2);
    if (tag === undefined || tags === undefined || bits > 7) return undefined;
    const isNamed = tags[0] !== tags[1] && number === tags[1];
    entries.push({ tag: tag as AclEntry['tag'], who: isNamed ? String(value.readUInt32LE(offset + 4)) : '', bits });
  }
  return isWhole(entries) ? entries : undefined;
}

/** Whether it says more than a mode does. */
export function isExtended(acl: Acl): boolean {
  return acl.some(({ tag, who }) => tag === 'mask' || who !== '');
}

/**
 * The value of `system.posix_acl_access` or `_default`; undefined when it names somebody without a number.
 * @see linux/posix_acl_xattr.h
 */
export function encodeAcl(acl: Acl): Buffer | undefined {
  const numbered = acl.map(({ tag, who, bits }) => {
    return {
      tag: TAGS[tag][who === '' ? 0 : 1],
      bits,
      id: who === '' ? NOBODY : /^\d{1,10}$/.test(who) ? Number(who) : Number.NaN,
    };
  });
  if (numbered.some(({ id }) => !(id <= NOBODY))) return undefined;
  // The kernel wants them in this order.
  numbered.sort((left, right) => left.tag - right.tag || left.id - right.id);
  const bytes = Buffer.alloc(4 + numbered.length * 8);
  bytes.writeUInt32LE(2, 0);
  for (const [index, { tag, bits, id }] of numbered.entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8);
    bytes.writeUInt16LE(bits, 6 + index * 8);
    bytes.writeUInt32LE(id, 8 + index * 8);
  }
  return bytes;
}

/** The nine bits that a path with this ACL shows as its mode. */
export function modeOfAcl(acl: Acl): number {
  const group = bitsOf(acl, 'mask') ?? bitsOf(acl, 'group') ?? 0;
  return ((bitsOf(acl, 'user') ?? 0) << 6) | (group << 3) | (bitsOf(acl, 'other') ?? 0);
}

/** The same without the ACL: the group keeps what it had, and gets nothing that the mask was wide for. */
export function modeWithoutAcl(acl: Acl): number {
  const group = (bitsOf(acl, 'group') ?? 0) & (bitsOf(acl, 'mask') ?? 7);
  return (modeOfAcl(acl) & 0o707) | (group << 3);
}

function bitsOf(acl: Acl, tag: AclEntry['tag']): number | undefined {
  return acl.find((entry) => entry.tag === tag && entry.who === '')?.bits;
}

function parseBits(text: string): number {
  return (text[0] === 'r' ? 4 : 0) | (text[1] === 'w' ? 2 : 0) | (text[2] === 'x' ? 1 : 0);
}

/** Owner, group and other once each; a mask where anybody is named; nobody twice. */
function isWhole(acl: Acl): boolean {
  const names = acl.map(({ tag, who }) => `${tag}:${who}`);
  const isNamed = acl.some(({ who }) => who !== '');
  return (
    new Set(names).size === names.length &&
    ['user:', 'group:', 'other:'].every((name) => names.includes(name)) &&
    (!isNamed || names.includes('mask:')) &&
    acl.every(({ tag, who }) => who === '' || tag === 'user' || tag === 'group')
  );
}
