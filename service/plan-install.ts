// The files of the service. In: settings, what is there. Out: what to write and what to leave. Never: I/O.
import { renderAccounts } from './render/accounts.ts';
import { renderDirectories } from './render/directories.ts';
import { renderPrepareUnit } from './render/prepare-unit.ts';
import { isUntouched, seal } from './render/seal.ts';
import { renderServerUnit } from './render/server-unit.ts';
import type { ServiceSettings } from './render/server-unit.ts';

/** Not gutinteg.service: that is the nightly run of an installed machine, which a server may be too. */
const SERVER_UNIT = 'gutinteg-server.service';
const PREPARE_UNIT = 'gutinteg-prepare.service';

/** Below the root directory of the computer. */
export const servicePaths = {
  accounts: 'etc/sysusers.d/gutinteg-server.conf',
  directories: 'etc/tmpfiles.d/gutinteg-server.conf',
  server: `etc/systemd/system/${SERVER_UNIT}`,
  prepare: `etc/systemd/system/${PREPARE_UNIT}`,
} as const;

/** `edited`: it is not as `install` wrote it, and stays. */
type FileVerdict = 'new' | 'unchanged' | 'replaced' | 'edited';

export type PlannedFile = { readonly path: string; readonly text: string; readonly verdict: FileVerdict };

/** Every file with its verdict; `present` are the texts that are there now, by path. */
export function planInstall(settings: ServiceSettings, present: ReadonlyMap<string, string>): PlannedFile[] {
  const texts: readonly (readonly [string, string])[] = [
    [servicePaths.accounts, renderAccounts(settings)],
    [servicePaths.directories, renderDirectories(settings)],
    [servicePaths.server, renderServerUnit(settings)],
    [servicePaths.prepare, renderPrepareUnit(settings)],
  ];
  return texts.map(([path, body]) => {
    const text = seal(body);
    return { path, text, verdict: judge(present.get(path), text) };
  });
}

function judge(before: string | undefined, text: string): FileVerdict {
  if (before === undefined) return 'new';
  if (before === text) return 'unchanged';
  return isUntouched(before) ? 'replaced' : 'edited';
}

/** Paths that uninstall removes, and those that stay because somebody edited them. */
export function planUninstall(present: ReadonlyMap<string, string>): { remove: string[]; edited: string[] } {
  const there = Object.values(servicePaths).filter((path) => present.has(path));
  const edited = there.filter((path) => !isUntouched(present.get(path) ?? ''));
  return { remove: there.filter((path) => !edited.includes(path)), edited };
}
