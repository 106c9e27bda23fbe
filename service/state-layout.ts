// Who owns what in the state directory of a server that does not run as root. In: nothing. Out: data. Never: I/O.
//
// The server can write its own files. It cannot replace what root's commands work in (boot/, images/, cache/ and the
// folders of store/), so it cannot redirect them: the directories above those belong to root, and the topmost has the
// sticky bit. A file that root's commands create in a directory of the server belongs to the server
// (lib/write-file-for-owner.ts).
import { storeFolders } from '../packagelink/store/store.ts';

export type StatePlace = {
  /** Below the state directory; '' is that itself. */
  readonly path: string;
  readonly kind: 'directory' | 'file';
  readonly mode: number;
  readonly owner: 'root' | 'service';
  readonly group: 'root' | 'service';
  /** Made when it is missing. */
  readonly made: boolean;
};

const ofService = { owner: 'service', group: 'service' } as const;
const ofRoot = { owner: 'root', group: 'root' } as const;
const directory = { kind: 'directory', made: true } as const;

/** Parents come before what is in them. */
export const stateLayout: readonly StatePlace[] = [
  { path: '', mode: 0o1770, owner: 'root', group: 'service', ...directory },
  { path: 'keys', mode: 0o700, ...ofService, ...directory },
  { path: 'disks', mode: 0o700, ...ofService, ...directory },
  // `gutinteg fleet tls`, run as root, makes it before the server does. The group may open the socket in it.
  { path: 'fleet', mode: 0o750, ...ofService, kind: 'directory', made: false },
  { path: 'store', mode: 0o755, ...ofRoot, ...directory },
  ...storeFolders.map((name): StatePlace => ({ path: `store/${name}`, mode: 0o755, ...ofService, ...directory })),
  { path: 'store/lock.db', kind: 'file', mode: 0o600, ...ofService, made: true },
  { path: 'rehearsals', mode: 0o711, ...ofRoot, ...directory },
  ...['boot', 'images', 'cache'].map((path): StatePlace => ({ path, mode: 0o755, ...ofRoot, ...directory })),
  ...['netboot.db', 'netboot.db-wal', 'netboot.db-shm'].map((path): StatePlace => ({
    path,
    kind: 'file',
    mode: 0o600,
    ...ofService,
    made: false,
  })),
  { path: 'control.sock', kind: 'file', mode: 0o660, ...ofService, made: false },
];
