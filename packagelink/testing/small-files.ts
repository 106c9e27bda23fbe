// Small trees of files, made and read back. In: paths and contents. Out: files; what a directory holds, as text. Never:
// shipped; only tests import it; needs root.
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { lutimesSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeSpecial } from '../native/device-nodes.ts';
import { setTime, timeOf } from '../native/times.ts';

/** A file's text; or text or bytes with a mode; a link; another name of a file that stands before it; an empty directory. */
type SmallFile =
  | string
  | { readonly text: string | Uint8Array; readonly mode: number }
  | { readonly link: string }
  | { readonly sameAs: string }
  | { readonly directory: true };
export type SmallFiles = Readonly<Record<string, SmallFile>>;

/** Of all that `fillTree` makes, so that equal trees make equal packages. */
const TIME_SECONDS = 1_700_000_000;

/** Makes them below a directory, which is made, too. */
export function fillTree(root: string, files: SmallFiles): void {
  mkdirSync(root, { recursive: true });
  for (const [path, file] of Object.entries(files)) {
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    makeFile(root, place, file);
  }
  for (const path of ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })])
    lutimesSync(join(root, path), TIME_SECONDS, TIME_SECONDS);
}

function makeFile(root: string, place: string, file: SmallFile): void {
  if (typeof file === 'string') writeFileSync(place, file, { mode: 0o644 });
  else if ('directory' in file) mkdirSync(place);
  else if ('link' in file) symlinkSync(file.link, place);
  else if ('sameAs' in file) linkSync(join(root, file.sameAs), place);
  else {
    writeFileSync(place, file.text);
    chmodSync(place, file.mode);
  }
}

/** Settings that leave a package's files to who runs the test. */
export function ownFiles(): string {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return `files:\n  - match: '**'\n    uid: ${uid}\n    gid: ${gid}\n`;
}

/** Path → `0644 text`, `→ target` or `0755/`; which names are one file is not said. */
export function look(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(paths.map((path) => [path, describe(join(root, path))]));
}

function describe(place: string): string {
  const stat = lstatSync(place);
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  if (stat.isDirectory()) return `${mode}/`;
  return stat.isSymbolicLink() ? `→ ${readlinkSync(place)}` : `${mode} ${readFileSync(place, 'utf8')}`;
}

/** Makes a FIFO, which everybody may. */
export function mkfifo(place: string): void {
  makeSpecial(place, 'fifo', 0o600);
}

/** Other bytes of the same length in the same file, with its old time: only the time of change tells. */
export function forge(place: string, text: string): void {
  const before = lstatSync(place, { bigint: true });
  if (BigInt(Buffer.byteLength(text)) !== before.size) throw new Error(`${place} has ${before.size} bytes`);
  // The kernel's clock for these times goes in steps of some milliseconds.
  do {
    writeFileSync(place, text);
    setTime(place, timeOf(before.mtimeNs));
  } while (lstatSync(place, { bigint: true }).ctimeNs === before.ctimeNs);
}
