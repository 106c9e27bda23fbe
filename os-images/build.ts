// Makes an OS package: recipe → its builder → tree → package store.
// In: a checked recipe, a store, the site's key. Out: a published name. Never: leaves a half-made tree behind, or moves
// the published name before the whole image is in the store.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { z } from 'zod';
import { architectures } from '../lib/architecture.ts';
import { formatBytes } from '../lib/bytes.ts';
import { UserError } from '../lib/errors.ts';
import { digestOf, digestOfFolder } from '../lib/inputs-digest.ts';
import { CommandError, runCommand } from '../lib/run-command.ts';
import type { RunCommand } from '../lib/run-command.ts';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { whenMissing } from '../lib/when-missing.ts';
import { publishTree } from '../packagelink/publish/publish.ts';
import { readName } from '../packagelink/store/store.ts';
import type { Store } from '../packagelink/store/store.ts';
import { builderOf } from './builders.ts';
import { runProgramsOf } from './emulation/run-programs-of.ts';
import { publishedName } from './recipe.ts';
import type { ImageRecipe } from './recipe.ts';

export type BuildImageOptions = {
  readonly recipe: ImageRecipe;
  /** Names the log and the memory of the last build in `workDir`. */
  readonly recipeName: string;
  readonly store: Store;
  /** Needs room for the whole tree, and a file system with owners, links and extended attributes. */
  readonly workDir: string;
  readonly signingKey: KeyObject;
  readonly mirror?: string | undefined;
  /** Builds although the recipe is the same, for newer packages. */
  readonly force?: boolean;
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Runs the builder's programs; tests give another. */
  readonly run?: RunCommand;
};

const builtSchema = z.object({
  recipeDigest: z.string(),
  name: z.string(),
  manifest: z.string(),
  packages: z.number(),
  rawBytes: z.number(),
});

export type BuiltImage = {
  readonly name: string;
  /** Digest of the published manifest. */
  readonly manifest: string;
  readonly packages: number;
  readonly rawBytes: number;
  readonly seconds: number;
  /** False when the store already held what this recipe makes. */
  readonly rebuilt: boolean;
};

/**
 * Builds and publishes an image, unless the last build had the same recipe. Needs root and mmdebstrap. The whole output
 * of the build is kept in `workDir/RECIPE.log`.
 * @throws UserError when a package cannot be fetched or configured; the published name then stands for its last image.
 */
export async function buildImage(options: BuildImageOptions): Promise<BuiltImage> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  const recipeDigest = await digestOfRecipe(options);
  const memory = join(options.workDir, `${options.recipeName}.built.json`);
  const last = await readLast(memory);
  if (options.force !== true && last?.recipeDigest === recipeDigest) {
    if ((await readName(options.store, last.name)) === last.manifest) {
      return { ...last, seconds: seconds(), rebuilt: false };
    }
  }
  const built = { recipeDigest, ...(await buildAndPublish(options)) };
  await writeFileAtomically(memory, `${JSON.stringify(built)}\n`);
  return { ...built, seconds: seconds(), rebuilt: true };
}

async function digestOfRecipe({ recipe, mirror }: BuildImageOptions): Promise<string> {
  const program = await digestOfFolder(import.meta.dirname, (path) => !path.endsWith('.test.ts'));
  return digestOf([program, JSON.stringify(recipe), mirror ?? '']);
}

async function readLast(path: string): Promise<z.infer<typeof builtSchema> | undefined> {
  const text = await readFile(path, 'utf8').catch(whenMissing('null'));
  return builtSchema.safeParse(JSON.parse(text)).data;
}

async function buildAndPublish(options: BuildImageOptions) {
  await mkdir(options.workDir, { recursive: true });
  const folder = await mkdtemp(join(options.workDir, `${options.recipeName}-`));
  try {
    const tree = join(folder, 'tree');
    await buildTree(options, tree);
    const name = publishedName(options.recipe);
    const packages = await builderOf(options.recipe).countPackages(tree);
    const { manifest, rawBytes } = await publish(options, tree);
    return { name, manifest, packages, rawBytes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function buildTree(options: BuildImageOptions, tree: string): Promise<void> {
  const { recipe, recipeName, onProgress } = options;
  const logPath = join(options.workDir, `${recipeName}.log`);
  const log = createWriteStream(logPath);
  const run: RunCommand = (argv, runOptions) => {
    log.write(`+ ${argv.join(' ')}\n`);
    const onLine = (line: string) => {
      log.write(`${line}\n`);
      // The rest is apt's and dpkg's, hundreds of lines.
      if (line.startsWith('I: ')) onProgress?.(line.slice(3));
    };
    return (options.run ?? runCommand)(argv, { timeoutMs: 60 * 60_000, ...runOptions, onLine });
  };
  try {
    const programs = await runProgramsOf(architectures[recipe.arch], run);
    try {
      await builderOf(recipe).build({ recipe, tree, mirror: options.mirror, run: programs.run });
    } finally {
      await programs.close();
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(`building image ${recipeName} failed; nothing was published\n${error.message}`, {
      hint: `the whole output is in ${logPath}`,
    });
  } finally {
    log.end();
    await finished(log);
  }
}

/** Mount points of every Linux: on a running machine they show the kernel's file systems, not the image's folders. */
const KERNEL_PATHS = ['/dev', '/dev/**', '/proc', '/run', '/run/**', '/sys', '/tmp'];

async function publish(options: BuildImageOptions, tree: string) {
  const { recipe, store, signingKey, onProgress } = options;
  const name = publishedName(recipe);
  let shownPercent = 0;
  const published = await publishTree({
    store,
    name,
    tree,
    kind: 'image',
    mutable: [...KERNEL_PATHS, ...recipe.mutable],
    special: recipe.special,
    signingKey,
    onProgress: (doneBytes, totalBytes) => {
      const percent = Math.floor((doneBytes / totalBytes) * 100);
      if (percent < shownPercent + 10) return;
      shownPercent = percent;
      onProgress?.(`publishing ${name}: ${percent} % of ${formatBytes(totalBytes)}`);
    },
  });
  for (const line of published.leftOut) onProgress?.(`publishing ${name}: left out ${line}`);
  return published;
}
