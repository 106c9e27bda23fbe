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

/** Of packages that are skipped, nothing. */
export function parseTransaction(stdout: string): TransactionRow[] {
  const [, table = ''] = /^=+\n.*?^=+\n(.*?)^Transaction Summary$/ms.exec(stdout) ?? [];
  const rows: TransactionRow[] = [];
  let kind: TransactionRow['kind'] | undefined;
  // A line that goes on is indented further.
  for (const line of table.replaceAll(/\n {2,}/g, ' ').split('\n')) {
    if (!line.startsWith(' ')) kind = KINDS.find(([heading]) => heading.test(line))?.[1];
    const [name, arch, version] = line.trim().split(/\s+/);
    if (!line.startsWith(' ') || kind === undefined || version === undefined) continue;
    rows.push({ kind, name: name ?? '', arch: arch ?? '', version }, ...readReplaced(line));
  }
  return rows;
}

/** `replacing  lab-old.noarch 1-1`, once for each package whose place is taken. */
function readReplaced(line: string): TransactionRow[] {
  const found = line.matchAll(/ replacing +(\S+)\.([^\s.]+) (\S+)/g);
  return [...found].map(([, name = '', arch = '', version = '']) => ({ kind: 'remove', name, arch, version }));
}
