// What dpkg would use. In: the control.tar of a Debian package. Out: its files, in memory. Never: writes, runs any.
import { UserError } from '../../lib/errors.ts';
import { parseMemberPath } from './member-path.ts';
import { readMembers } from './tar/read-members.ts';
import type { ByteSource } from './byte-source.ts';

/** Name → content, as in `/var/lib/dpkg/info`. */
export type ControlFiles = ReadonlyMap<string, string>;

/** Large packages have md5sums of some megabytes. */
const MOST_BYTES = 32 * 1024 ** 2;
const MOST_FILES = 1000;

/** @throws UserError for what is not a control archive, or too large for one */
export function readControl(source: ByteSource): ControlFiles {
  const files = new Map<string, string>();
  let bytes = 0;
  for (const { path, type, sizeBytes, extents, isSparse } of readMembers(source)) {
    const place = parseMemberPath(path);
    if ('path' in place && place.path === '' && type === 'directory') continue;
    bytes += sizeBytes;
    const isWrong =
      'fault' in place || type !== 'file' || isSparse || place.path.includes('/') || files.has(place.path);
    if (isWrong || bytes > MOST_BYTES || files.size >= MOST_FILES) {
      throw new UserError(
        `importing ${source.what}: its control.tar holds more than the control files of a package; nothing was changed`,
        { exitCode: 2 },
      );
    }
    const [extent] = extents;
    files.set(place.path, extent === undefined ? '' : source.read(extent.position, extent.length).toString('utf8'));
  }
  return files;
}
