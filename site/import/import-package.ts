// From a .deb or a tar archive to `packages/NAME` of a site, as git would store it. In: the archive. Out: a tree with
// settings.
// Never: runs anything in the archive; takes settings from it; writes outside its own directory, whatever names the
// archive has; follows a link in the site; leaves a half-made package.
import { chmodSync, closeSync, constants, openSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { withPrivateDirectory } from '../../lib/private-directory.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { packageNameSchema } from '../../packagelink/package/manifest.ts';
import { SETTINGS_FILE } from '../../packagelink/package/package-settings.ts';
import { startDeadline } from './deadline.ts';
import { debNotes } from './deb-notes.ts';
import { ignoredNotes } from './git-notes.ts';
import type { ImportLimits } from './limits.ts';
import { memberNotes } from './member-notes.ts';
import { openArchive } from './open-archive.ts';
import type { OpenFile } from './open-archive.ts';
import { openContents } from './open-contents.ts';
import type { Contents } from './open-contents.ts';
import { checkPlace, placeTree, readSettingsBefore } from './place-package.ts';
import type { ImportTarget } from './place-package.ts';
import type { PlannedMember } from './plan-members.ts';
import type { ControlFiles } from './read-control.ts';
import { renderSettings } from './render-settings.ts';
import { openSiteDirectory, throughDescriptor } from './site-directory.ts';
import type { SiteDirectory } from './site-directory.ts';
import { makeTree } from './unpack-members.ts';
import { unpackTar } from './unpack-tar.ts';

type ImportInput = {
  readonly siteDir: string;
  readonly archive: string;
  /** Unless given, that of the Debian package, or of the file without its suffixes. */
  readonly name: string | undefined;
  /** Takes the place of a package that is there; its other settings stay. */
  readonly replace: boolean;
  /** Owners as numbers, even where the archive has names. */
  readonly numericOwner: boolean;
  readonly limits: ImportLimits;
  readonly run: RunCommand;
};

export type ImportedPackage = {
  readonly name: string;
  readonly dir: string;
  readonly paths: number;
  /** What the tree does not have of the archive, and should be known. */
  readonly notes: readonly string[];
};

/**
 * Makes a package of an archive, or leaves the site as it was.
 * @throws FaultsError for an archive that is refused; UserError when it is none, costs more than the limits, or the
 * package exists
 */
export async function importPackage(input: ImportInput): Promise<ImportedPackage> {
  const file = openArchive(input.archive);
  try {
    const site = openSiteDirectory(input.siteDir);
    try {
      // Beside `packages`, where nobody takes it for one, and on the same file system.
      return await withPrivateDirectory(
        '.import-',
        async (dir) => await importInside(input, file, { site, dir }),
        site.site,
      );
    } catch (error) {
      site.undo();
      throw error;
    } finally {
      site.close();
    }
  } catch (error) {
    throw explain(error, input);
  } finally {
    closeSync(file.fd);
  }
}

type Places = { readonly site: SiteDirectory; readonly dir: string };

async function importInside(input: ImportInput, file: OpenFile, { site, dir }: Places): Promise<ImportedPackage> {
  // Whoever owns the site may rename the directory, but not what is open.
  const fd = openSync(dir, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const work = throughDescriptor(fd);
    const limits = limitToDisk(input.limits, work);
    const deadline = startDeadline(input.archive, limits.milliseconds);
    const what = input.archive;
    const contents = await openContents({ what, file, work, limits, deadline, run: input.run });
    try {
      const name = parseEdge(
        packageNameSchema,
        input.name ?? nameOf(input.archive, contents.control),
        `the name of the package`,
      );
      const place = { packages: site.packages, name, shown: join(input.siteDir, 'packages', name) };
      checkPlace(place, input.replace);
      const tree = join(work, 'tree');
      makeTree(tree);
      const members = await unpackTar({ source: contents.tar.source, dir: tree, limits, deadline });
      return await finish(input, { place, work, tree, members, contents });
    } finally {
      contents.tar.close();
    }
  } finally {
    closeSync(fd);
  }
}

type Unpacked = {
  readonly place: ImportTarget;
  readonly work: string;
  readonly tree: string;
  readonly members: readonly PlannedMember[];
  readonly contents: Contents;
};

async function finish(
  { siteDir, numericOwner, replace, run }: ImportInput,
  unpacked: Unpacked,
): Promise<ImportedPackage> {
  const { place, work, tree, members, contents } = unpacked;
  const options = { before: readSettingsBefore(place), numericOwner };
  const settings = renderSettings(members, options);
  if (settings !== '') {
    writeFileSync(join(tree, SETTINGS_FILE), settings, { flag: 'wx' });
    chmodSync(join(tree, SETTINGS_FILE), 0o644);
  }
  // Somebody else may have made it meanwhile.
  checkPlace(place, replace);
  placeTree(place, tree, join(work, 'old'));
  const paths = members.map(({ path }) => path);
  const notes = [
    ...memberNotes(members, options),
    ...(await ignoredNotes({ siteDir, name: place.name, paths }, run)),
    ...(contents.control === undefined ? [] : debNotes(contents.control)),
  ];
  return { name: place.name, dir: place.shown, paths: members.length, notes };
}

function nameOf(archive: string, control: ControlFiles | undefined): string {
  if (control === undefined) return basename(archive).replace(/\.(?:tgz|txz|tzst|tar(?:\.\w+)?)$/, '');
  return /^Package:[ \t]*(\S+)/im.exec(control.get('control') ?? '')?.[1] ?? '';
}

/** What was decompressed and what is unpacked of it lie there together. */
function limitToDisk(limits: ImportLimits, dir: string): ImportLimits {
  const { bavail, bsize } = statfsSync(dir);
  const half = Math.floor((bavail * bsize) / 2);
  return half < limits.diskBytes ? { ...limits, diskBytes: half, isDiskFull: true } : limits;
}

/** A full disk, or a site that this user cannot write, is not a defect. */
function explain(error: unknown, { archive, siteDir }: ImportInput): unknown {
  const { code, syscall, errno, message } = error as NodeJS.ErrnoException;
  if (error instanceof UserError || code === undefined || syscall === undefined || errno === undefined) return error;
  const reason = message.split(',')[0] ?? code;
  return new UserError(`importing ${archive} into ${siteDir}: ${reason} (${syscall}); nothing was changed`);
}
