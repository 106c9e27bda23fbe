// The directory of the server's key. In: the state directory. Out: `fleet/tls/` in it. When root makes it, it belongs to whom
// `fleet/` belongs to, so that a server that is not root can read its key. Never: changes a directory that is there.
import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';

export async function makeFleetDirectories(stateDir: string): Promise<void> {
  const fleet = join(stateDir, 'fleet');
  await mkdir(fleet, { recursive: true, mode: 0o750 });
  const tls = join(fleet, 'tls');
  const made = await mkdir(tls, { recursive: true, mode: 0o700 });
  if (made === undefined || process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(fleet);
  // The owner of `fleet/` must not lead root elsewhere by a link.
  await using directory = await open(tls, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await directory.chown(uid, gid);
}
