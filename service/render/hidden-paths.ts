// What a unit needs if its site, state or program is where the unit hides or replaces things: in a home, or in a
// directory for temporary files. In: paths. Out: lines. Never: I/O.

type Paths = { readonly siteDir: string; readonly stateDir: string; readonly programDir: string };

/** What ProtectHome= hides. @see systemd.exec(5) */
const HOMES = ['/home', '/root', '/run/user'];
/** What PrivateTmp= replaces, and what is emptied from time to time. @see tmpfiles.d(5) */
const TEMPORARY = ['/tmp', '/var/tmp'];

const isBelow = (path: string, dirs: readonly string[]): boolean =>
  dirs.some((dir) => path === dir || path.startsWith(`${dir}/`));

/** Homes are hidden, and where a path lies in one, only the way to that path exists. */
export function protectHome({ siteDir, stateDir, programDir }: Paths): string {
  return `ProtectHome=${[siteDir, stateDir, programDir].some((path) => isBelow(path, HOMES)) ? 'tmpfs' : 'yes'}`;
}

/** `BindReadOnlyPaths=` for site and program, `BindPaths=` for the state, each with a line end. */
export function bindLines({ siteDir, stateDir, programDir }: Paths): string {
  const isHidden = (path: string): boolean => isBelow(path, [...HOMES, ...TEMPORARY]);
  const readOnly = [...new Set([siteDir, programDir])].filter(isHidden).map((path) => `BindReadOnlyPaths=${path}`);
  const writable = [stateDir].filter(isHidden).map((path) => `BindPaths=${path}`);
  return [...readOnly, ...writable].map((line) => `${line}\n`).join('');
}

/** A line for each path that will not last. */
export function noteTemporary({ siteDir, stateDir, programDir }: Paths): string[] {
  return [...new Set([siteDir, stateDir, programDir])]
    .filter((path) => isBelow(path, TEMPORARY))
    .map((path) => `${path} lies where this computer deletes what is old; /srv and /opt are good places`);
}
