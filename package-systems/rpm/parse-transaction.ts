// The table that dnf prints before it asks for consent. Pure. Its columns are as wide as they must be, and a name that is
// too long breaks its line, so words count, not places.

type TransactionRow = {
  readonly kind: 'install' | 'replace' | 'remove';
  readonly name: string;
  readonly arch: string;
  readonly version: string;
};

const KINDS: readonly (readonly [heading: RegExp, kind: TransactionRow['kind']])[] = [
  [/^Installing.*:$/, 'install'],
  [/^(?:Upgrading|Downgrading|Reinstalling):$/, 'replace'],
  [/^Removing.*:$/, 'remove'],
];

/** What each version of dnf prints above and below the rows, and how it names a package whose place is taken. */
const FORMATS = [
  // dnf 4: `replacing  lab-old.noarch 1-1`.
  { table: /^=+\n.*?^=+\n(.*?)^Transaction Summary$/ms, replaced: / replacing +(\S+)\.([^\s.]+) (\S+)/g },
  // dnf 5: `replacing lab-old noarch 0:1-1`, also of the package itself.
  {
    table: /^Package +Arch +Version .*?\n(.*?)^Transaction Summary:$/ms,
    replaced: / replacing +(\S+) +(\S+) +(\d+:\S+)/g,
  },
];

/** Of packages that are skipped, nothing. */
export function parseTransaction(stdout: string): TransactionRow[] {
  return FORMATS.flatMap(({ table, replaced }) => parseTable(table.exec(stdout)?.[1] ?? '', replaced));
}

function parseTable(table: string, replaced: RegExp): TransactionRow[] {
  const rows: TransactionRow[] = [];
  let kind: TransactionRow['kind'] | undefined;
  // A line that goes on is indented further.
  for (const line of table.replaceAll(/\n {2,}/g, ' ').split('\n')) {
    if (!line.startsWith(' ')) kind = KINDS.find(([heading]) => heading.test(line))?.[1];
    const [name = '', arch = '', version] = line.trim().split(/\s+/);
    if (!line.startsWith(' ') || kind === undefined || version === undefined) continue;
    const others = readReplaced(line, replaced).filter((other) => other.name !== name || other.arch !== arch);
    rows.push({ kind, name, arch, version: withoutZero(version) }, ...others);
  }
  return rows;
}

const readReplaced = (line: string, replaced: RegExp): TransactionRow[] =>
  [...line.matchAll(replaced)].map(([, name = '', arch = '', version = '']) => ({
    kind: 'remove',
    name,
    arch,
    version: withoutZero(version),
  }));

/** As rpm's own lists have it. */
const withoutZero = (version: string): string => version.replace(/^0:/, '');
