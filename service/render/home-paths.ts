// What a unit needs that finds its site, state or program in somebody's home. In: paths. Out: lines. Never: I/O.

type Paths = { readonly siteDir: string; readonly stateDir: string; readonly programDir: string };

/** What ProtectHome= hides. @see systemd.exec(5) */
const HOMES = ['/home', '/root', '/run/user'];

function isInHome(path: string): boolean {
  return HOMES.some((home) => path === home || path.startsWith(`${home}/`));
}

/** Homes are hidden, and where a path lies in one, only the way to that path exists. */
export function protectHome(paths: Paths): string {
  return `ProtectHome=${listBinds(paths).length > 0 ? 'tmpfs' : 'yes'}`;
}

/** `BindReadOnlyPaths=` for site and program, `BindPaths=` for the state, each with a line end. */
export function bindLines(paths: Paths): string {
  return listBinds(paths)
    .map((line) => `${line}\n`)
    .join('');
}

function listBinds({ siteDir, stateDir, programDir }: Paths): string[] {
  const readOnly = [...new Set([siteDir, programDir])].filter(isInHome).map((path) => `BindReadOnlyPaths=${path}`);
  return [...readOnly, ...[stateDir].filter(isInHome).map((path) => `BindPaths=${path}`)];
}
