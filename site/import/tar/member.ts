import type { FileTime } from '../../../packagelink/native/times.ts';
import type { PaxRecord } from './pax-records.ts';

/** Bytes of the archive, from `position`, that belong at `offset` of the file. */
export type Extent = { readonly offset: number; readonly length: number; readonly position: number };

/** One member of an archive as it says it is; nothing of it has been judged. */
export type TarMember = {
  readonly path: Buffer;
  /** `other`: a device, a FIFO, or what only backups have. */
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Empty when the archive gives none. */
  readonly user: string;
  readonly group: string;
  readonly time: FileTime;
  /** Of links. */
  readonly target: Buffer;
  /** Of the file with its holes. */
  readonly sizeBytes: number;
  readonly extents: readonly Extent[];
  readonly isSparse: boolean;
  /** Extended headers: attributes, ACLs. */
  readonly records: readonly PaxRecord[];
};
