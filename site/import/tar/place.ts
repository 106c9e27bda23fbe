import { UserError } from '../../../lib/errors.ts';
import type { ByteSource } from '../byte-source.ts';
import { BLOCK_BYTES } from './header.ts';
import type { TarHeader } from './header.ts';

/** A header and where it stands. */
export type MemberPosition = { readonly source: ByteSource; readonly position: number; readonly header: TarHeader };

/** What is wrong, and at which byte. */
export function damaged({ what }: ByteSource, position: number, fault: string): UserError {
  return new UserError(`importing ${what}: at byte ${position}: ${fault}; nothing was changed`, { exitCode: 2 });
}

/** The length of a member's bytes with what fills their last block. */
export function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
}
