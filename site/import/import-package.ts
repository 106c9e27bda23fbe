// A .deb or a tar archive → `packages/NAME` of a site, as it would be in git. In: the archive. Out: a tree with settings.
// Never: runs anything that the archive holds; writes outside its own directory, whatever names the archive has; leaves
// a half-made package.
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { packageNameSchema } from '../../packagelink/manifest.ts';
import { SETTINGS_FILE } from '../../packagelink/package-settings.ts';
import { LISTING_OPTIONS, parseListing } from './archive-listing.ts';
import type { ArchiveMember } from './archive-listing.ts';
import { renderSettings } from './render-settings.ts';

type ImportInput = {
  readonly siteDir: string;
  readonly archive: string;
  /** Unless given, that of the Debian package, or of the file without its suffixes. */
  readonly name: string | undefined;
  /** Takes the place of a package that is there; its other settings stay. */
  readonly replace: boolean;
  readonly run: RunCommand;
};

export type ImportedPackage = {
  readonly name: string;
  readonly dir: string;
  readonly paths: number;
  /** What the tree does not have of the archive, and should be known. */
  readonly notes: readonly string[];
};

/** @throws FaultsError for an archive that is refused; UserError when it is none, or the package exists */
export async function importPackage(input: ImportInput): Promise<ImportedPackage> {
  const { siteDir, archive, run } = input;
  if (!existsSync(archive)) throw new UserError(`importing ${archive}: there is no such file`, { exitCode: 2 });
  const name = parseEdge(packageNameSchema, input.name ?? (await nameOf(archive, run)), `the name of the package`);
  const dir = join(siteDir, 'packages', name);
  if (existsSync(dir) && !input.replace) {
    throw new UserError(`importing ${archive}: ${dir} exists`, { exitCode: 2, hint: '--replace, or --name NAME' });
  }
  await mkdir(join(siteDir, 'packages'), { recursive: true });
  // Beside `packages`, where nobody takes it for one, and on the same file system.
  const work = await mkdtemp(join(siteDir, '.import-'));
  try {
    const tar = await takeTar(archive, work, run);
    const listing = await run(['tar', ...LISTING_OPTIONS, '--file', tar], { stdoutEncoding: 'latin1' });
    const members = parseListing(listing.stdout, archive);
    const tree = join(work, 'tree');
    await unpack(tar, tree, members, run);
    const settings = renderSettings(members, await readSettings(dir));
    if (settings !== '') await writeFile(join(tree, SETTINGS_FILE), settings);
    const notes = [...notesOf(members), ...(await scriptNotes(archive, work, run))];
    if (existsSync(dir)) await rename(dir, join(work, 'old'));
    await rename(tree, dir);
    return { name, dir, paths: members.length, notes };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isDebianPackage(archive: string): boolean {
  return archive.endsWith('.deb');
}

async function nameOf(archive: string, run: RunCommand): Promise<string> {
  if (isDebianPackage(archive)) return (await run(['dpkg-deb', '--field', archive, 'Package'])).stdout.trim();
  return basename(archive).replace(/\.(?:tgz|txz|tzst|tar(?:\.\w+)?)$/, '');
}

/** A copy of its own, so that what is unpacked is what was looked at. */
async function takeTar(archive: string, work: string, run: RunCommand): Promise<string> {
  const tar = join(work, 'archive.tar');
  if (!isDebianPackage(archive)) {
    await copyFile(archive, tar);
    return tar;
  }
  const { stdout } = await run(['ar', 't', archive]);
  const member = stdout.split('\n').find((line) => /^data\.tar(?:\.\w+)?$/.test(line));
  if (member === undefined) throw new UserError(`importing ${archive}: it holds no data.tar`, { exitCode: 2 });
  await run(['ar', 'x', '--output', work, archive, member]);
  await rename(join(work, member), tar);
  return tar;
}

// Owners and modes stand in the settings; the tree is as a checkout would have it, whoever imports.
async function unpack(tar: string, tree: string, members: readonly ArchiveMember[], run: RunCommand): Promise<void> {
  await mkdir(tree);
  const plain = ['--no-same-owner', '--no-same-permissions', '--delay-directory-restore', '--keep-old-files'];
  const xattrs = process.getuid?.() === 0 ? ['--xattrs', '--xattrs-include=security.capability'] : ['--xattrs'];
  const kept = [...xattrs, '--xattrs-include=user.*', '--acls'];
  await run(['tar', '--extract', '--file', tar, '--directory', tree, ...plain, ...kept], { timeoutMs: 30 * 60_000 });
  for (const { path, type, mode } of members) {
    const isExecutable = type === 'directory' || (mode & 0o111) !== 0;
    if (type === 'file' || type === 'directory') await chmod(join(tree, path), isExecutable ? 0o755 : 0o644);
  }
}

async function readSettings(dir: string): Promise<Record<string, unknown>> {
  const file = join(dir, SETTINGS_FILE);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseEdge(z.record(z.string(), z.unknown()), (parse(text) as unknown) ?? {}, file);
}

function notesOf(members: readonly ArchiveMember[]): string[] {
  const has = (is: (member: ArchiveMember) => boolean) => members.some(is);
  return [
    ...(has(({ xattrs }) => xattrs.length > 0) ? ['git keeps no extended attributes: they are only in this tree'] : []),
    ...(has(({ type }) => type === 'hardlink') ? ['git keeps no hard links: a checkout has copies'] : []),
  ];
}

const SCRIPTS = new Set(['preinst', 'postinst', 'prerm', 'postrm', 'config', 'triggers']);

async function scriptNotes(archive: string, work: string, run: RunCommand): Promise<string[]> {
  if (!isDebianPackage(archive)) return [];
  const control = join(work, 'control');
  await run(['dpkg-deb', '--control', archive, control]);
  const names = (await readdir(control)).filter((name) => SCRIPTS.has(name)).toSorted();
  return names.length === 0 ? [] : [`not imported: what dpkg would run (${names.join(', ')})`];
}
