// The attributes of a member. In: its extended headers. Out: those that a package can express, and the names of the
// others. Never: I/O; sets anything.
import { isUtf8 } from 'node:buffer';
import { formatCapabilities } from '../../packagelink/package/file-capabilities.ts';
import { decodeAcl, isExtended, parseAcl } from './acl.ts';
import type { Acl } from './acl.ts';
import type { TarMember } from './tar/member.ts';

export type MemberAttributes = {
  /** `cap_net_raw=ep`, as setcap writes it. */
  readonly capabilities?: string;
  /** `user.*` → its bytes. */
  readonly xattrs?: ReadonlyMap<string, Buffer>;
  readonly acl?: Acl;
  readonly defaultAcl?: Acl;
  /** Names of what is left behind. */
  readonly dropped: readonly string[];
};

/** Linux takes no longer names and values. */
const [LONGEST_NAME_BYTES, LONGEST_VALUE_BYTES] = [255, 65_536];

/** What is said of a file or directory, or why that cannot be believed. Links have none. */
export function readMemberAttributes(member: TarMember): MemberAttributes | { readonly fault: string } {
  const values = collectValues(member);
  const dropped: string[] = [];
  const xattrs = new Map<string, Buffer>();
  const found: { capabilities?: string; acl?: Acl; defaultAcl?: Acl } = {};
  for (const [name, value] of values) {
    const kind = ACLS[name];
    if (kind !== undefined) {
      // The attribute has numbers where the text may have names.
      const binary = values.get(`system.posix_acl_${kind}`);
      const acl =
        binary !== undefined ? decodeAcl(binary) : isUtf8(value) ? parseAcl(value.toString('utf8')) : undefined;
      if (acl === undefined) return { fault: 'has an ACL that is not understood' };
      if (kind === 'default' && member.type === 'directory') found.defaultAcl = acl;
      if (kind === 'access' && isExtended(acl)) found.acl = acl;
      continue;
    }
    const capabilities = name === 'security.capability' ? formatCapabilities(value.toString('base64')) : undefined;
    if (capabilities !== undefined && member.type === 'file') found.capabilities = capabilities;
    else if (isOwn(name, value) && member.type !== 'symlink') xattrs.set(name, value);
    else dropped.push(name);
  }
  return { ...found, ...(xattrs.size === 0 ? {} : { xattrs }), dropped };
}

const ACLS: Readonly<Record<string, 'access' | 'default'>> = {
  'acl.access': 'access',
  'acl.default': 'default',
  'system.posix_acl_access': 'access',
  'system.posix_acl_default': 'default',
};

function isOwn(name: string, value: Buffer): boolean {
  return (
    /^user\.[^\0]+$/s.test(name) && Buffer.byteLength(name) <= LONGEST_NAME_BYTES && value.length <= LONGEST_VALUE_BYTES
  );
}

/** By name, as GNU tar, star and libarchive write them. */
function collectValues({ records }: TarMember): Map<string, Buffer> {
  const values = new Map<string, Buffer>();
  for (const { key, value } of records) {
    const [, acl] = /^SCHILY\.(acl\..+)$/s.exec(key) ?? [];
    const [, plain] = /^SCHILY\.xattr\.(.+)$/s.exec(key) ?? [];
    const [, encoded] = /^LIBARCHIVE\.xattr\.(.+)$/s.exec(key) ?? [];
    const [, label] = /^RHT\.security\.(.+)$/s.exec(key) ?? [];
    if (acl !== undefined && value.length > 0) values.set(acl, value);
    // GNU tar writes the two characters that a key cannot hold as in a URL.
    if (plain !== undefined) values.set(plain.replaceAll('%3D', '=').replaceAll('%25', '%'), value);
    if (label !== undefined) values.set(`security.${label}`, value);
    const name = encoded === undefined ? undefined : decodeUrl(encoded);
    if (name !== undefined && !values.has(name)) values.set(name, Buffer.from(value.toString('latin1'), 'base64'));
  }
  return values;
}

function decodeUrl(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
