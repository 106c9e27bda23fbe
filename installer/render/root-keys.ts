import type { MachineRecord } from '../../contract/lookup.ts';
import { UserError } from '../../lib/errors.ts';
import { formatSshKey, parseSshKeys } from '../../lib/ssh-keys.ts';
import { HEADER } from './file-header.ts';
import type { RenderedFile } from './rendered-file.ts';

/**
 * root's authorized_keys, from ROOT_KEYS; no file without it, so that a site package may have one.
 * @throws UserError for a value that is not public keys, although whoever gave the record has checked it
 */
export function renderRootKeys(record: MachineRecord): RenderedFile[] {
  const { keys, problems } = parseSshKeys(record['ROOT_KEYS'] ?? '');
  if (problems.length > 0) throw new UserError(`ROOT_KEYS: ${problems.join('; ')}`, { exitCode: 2 });
  if (keys.length === 0) return [];
  const content = HEADER + keys.map((key) => `${formatSshKey(key)}\n`).join('');
  return [{ path: '/root/.ssh/authorized_keys', mode: 0o600, content }];
}
