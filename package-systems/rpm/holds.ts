// Which packages dnf does not upgrade because somebody said so. In: texts of its files. Out: a test of names. Pure.
// @see dnf.conf(5) excludepkgs, dnf-versionlock(8), dnf5-versionlock(8)

/** Read in this order by `readHolds`. */
export const HOLD_FILES = [
  '/etc/dnf/plugins/versionlock.list',
  '/etc/dnf/versionlock.toml',
  '/etc/dnf/dnf.conf',
  '/etc/yum.conf',
] as const;

/** Says of a package's name whether it is held. */
export function readHolds([locks, locks5, ...configs]: readonly (string | undefined)[]): (name: string) => boolean {
  const names = new Set([...lockedNames(locks ?? ''), ...lockedNames5(locks5 ?? '')]);
  const globs = configs.flatMap((text) => excludedGlobs(text ?? '')).map(asPattern);
  return (name) => names.has(name) || globs.some((glob) => glob.test(name));
}

/** `bash-0:5.1.8-6.el9.*`; a line that begins with `!` forbids a version, and holds nothing. */
function lockedNames(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const name = /^([^#!\s].*)-[^-\s]+-[^-\s]+\s*$/.exec(line)?.[1];
    return name === undefined ? [] : [name];
  });
}

/** Of dnf 5: `name = "bash"` in each table `[[packages]]`, whose conditions have no names. */
const lockedNames5 = (text: string): string[] =>
  [...text.matchAll(/^name *= *"([^"]+)" *$/gm)].map(([, name = '']) => name);

/** Only of the main section: a repository's own exclude leaves those of others. A value goes on in indented lines. */
function excludedGlobs(text: string): string[] {
  const main = /^\[main\]$([^]*?)(?=^\[|$(?![^]))/m.exec(text)?.[1] ?? '';
  const values = main.matchAll(/^(?:exclude|excludepkgs)[ \t]*=(.*(?:\n[ \t]+.*)*)/gm);
  return [...values].flatMap(([, value = '']) => value.split(/[\s,]+/)).filter((glob) => glob !== '');
}

function asPattern(glob: string): RegExp {
  const escaped = glob.replaceAll(/[.+^${}()|\\[\]]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`);
}
