// Builds the boot ramdisk: kernel and initramfs that the netboot server hands out.
// In: the recipe, Node from the lock file, the installer's bundle, public keys. Out: vmlinuz and ramdisk.img, the same
// bytes for the same inputs. Never: runs a package's scripts, needs a device node, or touches the server's own kernel.
// The image is two archives in a row: a base that only changes with the recipe, and a small one with what belongs to
// this site. The kernel unpacks them one after the other.
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { buildBase } from './base-archive.ts';
import { checkSize } from './check-size.ts';
import { compileInstaller } from './compiled-installer.ts';
import { compressCpio } from './compress-cpio.ts';
import { fetchDebianFiles } from './debian-files.ts';
import { digestOf } from '../../lib/inputs-digest.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { firmwareEntries } from './firmware-files.ts';
import { siteEntries } from './site-entries.ts';

export type RamdiskOptions = {
  /** Of the machines that boot it. */
  readonly architecture: Architecture;
  /** Keeps the unpacked Debian packages and the base archive; 500 MB. */
  readonly cacheDir: string;
  /** Receives vmlinuz, ramdisk.img and the digest of what they were made from. */
  readonly outDir: string;
  /** The site's public keys as PEM text; the ramdisk trusts manifests and records signed by one of them. */
  readonly publicKeys: readonly string[];
  /** Package mirror; mmdebstrap's own default when absent. */
  readonly mirror?: string | undefined;
  /** Debian packages with firmware files; of these only what the ramdisk's modules ask for is carried. */
  readonly firmware?: readonly string[] | undefined;
  readonly onProgress?: ((line: string) => void) | undefined;
} & (
  | { readonly installerBundle: Uint8Array; readonly entry?: never }
  | { readonly entry: string; readonly installerBundle?: never }
);

export type Ramdisk = {
  readonly kernel: string;
  readonly ramdisk: string;
  readonly kernelBytes: number;
  readonly ramdiskBytes: number;
  /** Hexadecimal SHA-256 of everything that went in. */
  readonly inputsDigest: string;
  /** False when outDir already held the result of the same inputs. */
  readonly rebuilt: boolean;
};

/**
 * Makes `outDir/vmlinuz` and `outDir/ramdisk.img`, or finds them made from the same inputs already.
 * The first call downloads Debian packages into `cacheDir`; a change of the installer alone takes under a second.
 * @throws UserError when a package, tool or library is missing, or the ramdisk exceeds 70 MiB.
 */
export async function buildRamdisk(options: RamdiskOptions): Promise<Ramdisk> {
  const say = options.onProgress ?? (() => {});
  const { architecture, cacheDir } = options;
  const debianRoot = await fetchDebianFiles(options);
  const base = await buildBase({ architecture, cacheDir, debianRoot, onProgress: say });
  const installer =
    options.installerBundle ?? (await compileInstaller({ architecture, cacheDir, entry: options.entry }));
  const firmware = await firmwareEntries(options.firmware ?? [], debianRoot, options);
  const site = await compressCpio([...(await siteEntries(installer, options.publicKeys)), ...firmware]);
  const inputsDigest = digestOf([base.digest, site]);
  const kernel = join(options.outDir, 'vmlinuz');
  const ramdisk = join(options.outDir, 'ramdisk.img');
  const stamp = join(options.outDir, 'ramdisk.digest');
  const rebuilt =
    (await readFile(stamp, 'utf8').catch(whenMissing(''))) !== inputsDigest || !(await exist(kernel, ramdisk));
  if (rebuilt) {
    await mkdir(options.outDir, { recursive: true });
    await rm(stamp, { force: true });
    await replaceFile(kernel, (path) => copyFile(base.kernel, path));
    const parts = [await readFile(base.archive), site];
    await replaceFile(ramdisk, (path) => writeFile(path, parts));
    await writeFileAtomically(stamp, inputsDigest);
  }
  const [kernelBytes, ramdiskBytes] = [(await stat(kernel)).size, (await stat(ramdisk)).size];
  const sizes = await sizesOrNothing({ kernelBytes, ramdiskBytes }, stamp);
  say(`${rebuilt ? 'built' : 'unchanged'}: ${sizes}`);
  return { kernel, ramdisk, kernelBytes, ramdiskBytes, inputsDigest, rebuilt };
}

/** An image that is too large is built again the next time instead of being taken for good. */
async function sizesOrNothing(bytes: { kernelBytes: number; ramdiskBytes: number }, stamp: string): Promise<string> {
  try {
    return checkSize(bytes);
  } catch (error) {
    await rm(stamp, { force: true });
    throw error;
  }
}

async function exist(...paths: string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(whenMissing(undefined))));
  return found.every((file) => file !== undefined);
}

/** A server may be reading the old file: it keeps it, the next reader gets the new one. */
async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}.new`;
  await write(temporary);
  await rename(temporary, path);
}
