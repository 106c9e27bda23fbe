// Extended attributes through the tools of Debian's attr package: Node has no calls for them.
// In: absolute paths. Out: attributes by path, or attributes set. Never: follows a symbolic link while reading.
import { UserError } from '../lib/errors.ts';
import type { RunCommand } from '../lib/run-command.ts';
import type { Xattrs } from './manifest.ts';

// What belongs to the file. SELinux labels belong to the machine's policy, trusted.* to the file system.
const KEPT = /^(?:security\.capability|user\..+|system\.posix_acl_(?:access|default))$/;
const DUMP = ['getfattr', '-P', '-h', '-d', '-m', '-', '-e', 'base64', '--absolute-names'] as const;
const PATHS_PER_CALL = 500;

/** The kept attributes of everything below a directory, by absolute path; one run for the whole tree. */
export async function readTreeXattrs(run: RunCommand, dir: string): Promise<Map<string, Xattrs>> {
  return parseFattrDump((await run([...DUMP, '-R', '--', dir])).stdout);
}

/** The kept attributes of single paths; those without any, and those that have vanished, are not in the answer. */
export async function readPathXattrs(run: RunCommand, paths: readonly string[]): Promise<Map<string, Xattrs>> {
  const found = new Map<string, Xattrs>();
  for (let start = 0; start < paths.length; start += PATHS_PER_CALL) {
    const { stdout } = await run([...DUMP, '--', ...paths.slice(start, start + PATHS_PER_CALL)], {
      okExitCodes: [0, 1],
    });
    for (const [path, xattrs] of parseFattrDump(stdout)) found.set(path, xattrs);
  }
  return found;
}

/** Sets attributes on paths, in one run; none at all when there is nothing to set. `links` is for paths in /proc. */
export async function writeXattrs(
  run: RunCommand,
  wanted: ReadonlyMap<string, Xattrs>,
  links: 'follow' | 'no-follow' = 'no-follow',
): Promise<void> {
  if (wanted.size === 0) return;
  const follow = links === 'follow' ? [] : ['-h'];
  await run(['setfattr', ...follow, '--restore=-'], { stdin: formatFattrDump(wanted) });
}

/** Parses the output of `getfattr -d -e base64`: blocks of `# file: PATH` and `NAME=0sBASE64`. */
export function parseFattrDump(dump: string): Map<string, Xattrs> {
  const byPath = new Map<string, Xattrs>();
  let current: Record<string, string> = {};
  for (const line of dump.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('# file: ')) {
      current = {};
      byPath.set(unescapeName(line.slice('# file: '.length)), current);
      continue;
    }
    const match = /^([^=]+?)(?:=(?:0s([A-Za-z0-9+/=]*))?)?$/.exec(line);
    if (match === null) throw new UserError(`reading extended attributes: getfattr printed '${line}'`);
    const name = unescapeName(match[1] ?? '');
    if (KEPT.test(name)) current[name] = match[2] ?? '';
  }
  for (const [path, xattrs] of byPath) if (Object.keys(xattrs).length === 0) byPath.delete(path);
  return byPath;
}

/** The inverse of `parseFattrDump`, as `setfattr --restore` reads it. */
export function formatFattrDump(wanted: ReadonlyMap<string, Xattrs>): string {
  const blocks = [...wanted].map(([path, xattrs]) => {
    const lines = Object.entries(xattrs).map(([name, value]) => `${escapeName(name)}=0s${value}`);
    return `# file: ${escapeName(path)}\n${lines.join('\n')}\n`;
  });
  return blocks.join('\n');
}

// getfattr writes control characters and the backslash of a name as three octal digits, one for each byte.
function unescapeName(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const plain = bytes.replaceAll(/\\([0-7]{3})/g, (_whole, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(plain, 'latin1').toString('utf8');
}

function escapeName(text: string): string {
  return text.replaceAll(/[\n\r=\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
