// What a file that claims to be a package is. In: a file of anybody's. Out: its fields and what it would bring, checked; or why it is no
// package, in words. All of it is read by the package system's own programs, which find what was cut off or changed. Never: unpacks
// it to the disk, runs anything of it, or lets it take more than minutes.
import { open } from 'node:fs/promises';
import type { z } from 'zod';
import { packageFileSchema, MAX_PATHS } from '../../contract/fleet/api/package-files.ts';
import { cutText } from '../../lib/cut-text.ts';
import { describeError, FaultsError, UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { packageSystems } from '../../package-systems/all.ts';
import { ask } from '../../package-systems/ask.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';
import { OperationError } from '../operations/operation-error.ts';

const describedSchema = packageFileSchema.omit({ sha256: true, bytes: true, url: true, addedBy: true, addedAt: true });

type DescribedFile = z.infer<typeof describedSchema>;

/** @see deb(5), the lead of rpm */
const MAGIC: Readonly<Record<PackageSystem['name'], Uint8Array>> = {
  dpkg: Buffer.from('!<arch>\ndebian-binary'),
  rpm: Buffer.from([0xed, 0xab, 0xee, 0xdb]),
};

/** For each program. */
const LIMIT_MS = 60_000;

/** @throws OperationError when it is no package, is cut, or this server cannot look at it */
export async function inspectPackageFile(file: string, run: RunCommand): Promise<DescribedFile> {
  const system = await findSystem(file);
  const host = { run, timeoutMs: LIMIT_MS };
  try {
    const { name, arch, version, summary, depends } = await ask(system.inspectFile(file), host);
    const { paths, bytes } = await ask(system.fileContents(file), host);
    return parseEdge(
      describedSchema,
      {
        fileName: nameOf(system, { name, arch, version }),
        name,
        version,
        arch,
        system: system.name,
        summary: cutText(summary, 500),
        depends: depends.slice(0, 1000).map((each) => cutText(each, 1000)),
        unpackedBytes: bytes,
        paths: paths.slice(0, MAX_PATHS).map((path) => cutText(path, 4096)),
        pathTotal: paths.length,
      },
      'what the file says of itself',
    );
  } catch (error) {
    throw explain(error, file, system);
  }
}

async function findSystem(file: string): Promise<PackageSystem> {
  await using handle = await open(file, 'r');
  const start = Buffer.alloc(32);
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  const found = packageSystems.find(({ name }) => {
    const magic = MAGIC[name];
    return bytesRead >= magic.length && start.subarray(0, magic.length).equals(magic);
  });
  if (found !== undefined) return found;
  const kinds = packageSystems.map(({ fileEnding }) => fileEnding).join(' or ');
  throw new OperationError('bad-input', `it is no ${kinds}: it does not begin as one`);
}

/** `hello_2.10-3_amd64.deb`, `hello-2.10-1.x86_64.rpm`, whatever it was called before. */
function nameOf(
  { name: system, fileEnding }: PackageSystem,
  { name, arch, version }: Record<'name' | 'arch' | 'version', string>,
) {
  const words = system === 'dpkg' ? `${name}_${version}_${arch}` : `${name}-${version}.${arch}`;
  return `${words.replaceAll(/[^\w.+~-]/g, '_')}${fileEnding}`;
}

function explain(error: unknown, file: string, system: PackageSystem): unknown {
  if (error instanceof FaultsError || error instanceof OperationError)
    return new OperationError('bad-input', error.message);
  if (error instanceof CommandError && error.result === undefined) {
    return new OperationError(
      'conflict',
      `this server cannot look at a ${system.fileEnding}: ${describeError(error)}`,
      {
        hint: `install ${system.name} on the server: its programs look at such files, and install nothing there`,
      },
    );
  }
  if (!(error instanceof UserError)) return error;
  const said =
    error instanceof CommandError ? error.result?.stderr || error.result?.stdout || error.message : error.message;
  const words = said.replaceAll(file, 'the file').trim().split('\n').slice(0, 3).join('; ');
  return new OperationError('bad-input', `it is no whole ${system.fileEnding}: ${words}`);
}
