// Builds the image of a stick or CD. In: what the medium is for, boot files, the site's store. Out: one file, the same
// bytes for the same inputs. Never: writes to a device, mounts anything, needs root.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, open, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Medium } from '../../contract/medium.ts';
import type { Architecture } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { listFiles } from '../../lib/list-files.ts';
import { CommandError, runCommand } from '../../lib/run-command.ts';
import { isSystemError } from '../../lib/when-missing.ts';
import { renderMediumMenu } from '../render/medium-menu.ts';
import { buildFatImage } from './fat-image.ts';
import {
  BIOS_IMAGE,
  bootFile,
  describeMedium,
  directoriesOf,
  mediumBootFiles,
  planFatFiles,
  planFilesOfMedium,
  xorrisoArgv,
} from './plan-medium.ts';
import type { MediumFile, MediumInputs } from './plan-medium.ts';

export type MediumOptions = Omit<MediumInputs, 'digests'> & {
  readonly architecture: Architecture;
  /** What firmware starts, by its names in `boot/ARCH/`. */
  readonly bootFiles: ReadonlyMap<string, Uint8Array>;
  readonly kernel: string;
  readonly ramdisk: string;
  readonly storeDir: string;
  /** Of the store, for all machines: `manifests/…`, `packs/…`. */
  readonly storeFiles: readonly string[];
  /** What the menu says of each machine, before it is installed. */
  readonly erases: readonly string[];
  readonly output: string;
  /** Of every file on the medium, in seconds since 1970. */
  readonly epoch: number;
  readonly onProgress: (line: string) => void;
};

export type BuiltMedium = { readonly medium: Medium; readonly bytes: number; readonly sha256: string };

/**
 * Makes the image beside its place, and renames it: whoever reads the old file goes on reading it. The mode is 0600
 * where it has machines: it holds their records, tokens and packages.
 * @throws UserError, CommandError of a tool
 */
export async function buildMedium(options: MediumOptions): Promise<BuiltMedium> {
  const { output } = options;
  const digests = await Promise.all([options.kernel, options.ramdisk].map(sha256OfFile));
  const programs = [...options.bootFiles]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, bytes]) => `${name} ${createHash('sha256').update(bytes).digest('hex')}`);
  const medium = describeMedium({ ...options, digests: [...digests, ...programs] });
  await explainFailure(output, () => buildBeside(options, medium));
  return { medium, bytes: (await stat(output)).size, sha256: await sha256OfFile(output) };
}

async function buildBeside(options: MediumOptions, medium: Medium): Promise<void> {
  const { output } = options;
  const work = await mkdtemp(join(dirname(output), `.${basename(output)}.`));
  try {
    await build(options, medium, work);
    await publish(join(work, 'image'), output, medium.machines.length > 0 ? 0o600 : 0o644);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function build(options: MediumOptions, medium: Medium, work: string): Promise<void> {
  const { consoles, erases, epoch, onProgress } = options;
  const { buildId } = medium;
  const menu = renderMediumMenu({ medium, consoles, erases });
  const files = planFilesOfMedium(medium, { ...options, menu });
  const root = join(work, 'root');
  onProgress(`${files.length} files`);
  await writeFiles(root, files);
  const image = await buildImages(options, { work, root, menu });
  await setTimes(root, epoch);
  onProgress('writing the image');
  await runCommand(xorrisoArgv({ root, ...image, output: join(work, 'image'), buildId, epoch }), {
    env: { SOURCE_DATE_EPOCH: String(epoch), TZ: 'UTC' },
    timeoutMs: 60 * 60_000,
  });
}

/** @throws UserError where a program is not installed, or the directory is full or not to be written to */
async function explainFailure(output: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof CommandError && cause.result === undefined) {
      throw new UserError('building a medium', { cause, hint: 'apt-get install xorriso mtools' });
    }
    if (!isSystemError(cause)) throw cause;
    const hint = '--out FILE in a directory that can be written to and has room for twice the image';
    throw new UserError(`building a medium: ${output} was not written`, { cause, hint });
  }
}

type Place = { readonly work: string; readonly root: string; readonly menu: string };

/** What the two kinds of firmware start. */
async function buildImages(options: MediumOptions, { work, root, menu }: Place) {
  const { architecture, bootFiles, epoch } = options;
  const [fatImage, hybridMbr] = [join(work, 'efi.img'), join(work, 'hybrid.img')];
  await buildFatImage({ path: fatImage, files: planFatFiles({ architecture, bootFiles, menu }), epoch });
  const names = mediumBootFiles(architecture);
  await writeFile(hybridMbr, bootFile(bootFiles, names.hybridMbr));
  await writeFile(join(root, BIOS_IMAGE), bootFile(bootFiles, names.bios));
  return { fatImage, hybridMbr };
}

async function writeFiles(root: string, files: readonly MediumFile[]): Promise<void> {
  await mkdir(root);
  for (const dir of directoriesOf([...files.map(({ path }) => path), BIOS_IMAGE])) await mkdir(join(root, dir));
  for (const file of files) {
    const path = join(root, file.path);
    if ('text' in file) await writeFile(path, file.text);
    else await copyFile(file.source, path);
    await chmod(path, 0o444);
  }
}

async function setTimes(root: string, epoch: number): Promise<void> {
  const files = await listFiles(root);
  const dirs = directoriesOf(files.map((file) => file.slice(root.length + 1))).map((dir) => join(root, dir));
  // A directory after what is in it.
  for (const path of [...files, ...dirs.reverse(), root]) await utimes(path, epoch, epoch);
}

async function publish(image: string, output: string, mode: number): Promise<void> {
  await chmod(image, mode);
  {
    await using file = await open(image, 'r');
    await file.sync();
  }
  await rename(image, output);
  await using directory = await open(dirname(output), 'r');
  await directory.sync();
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
