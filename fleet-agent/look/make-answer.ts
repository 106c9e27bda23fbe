// The answer to one task. In: a task. Out: a message for the server; what cannot be done is told in words.
// Never: changes anything on the host, or throws because a package is not there.
import { MAX_FILES, packageDetailsSchema, packageFileSchema } from '../../contract/fleet/tasks.ts';
import type { Message, PackageFile, Task } from '../../contract/fleet/tasks.ts';
import { cutText } from '../../lib/cut-text.ts';
import { describeWithHint } from '../../lib/errors.ts';
import { UserError } from '../../lib/errors.ts';
import { ask } from '../../package-systems/ask.ts';
import type { Host } from '../../package-systems/ask.ts';
import { lookAtFiles } from '../../package-systems/look-at-files.ts';
import type { PackageSystem } from '../../package-systems/package-system.ts';
import { listSources } from './list-sources.ts';

type Answer = Message extends infer M ? (M extends Message ? Omit<M, 'seq' | 'task'> : never) : never;

/** In one message: the server unpacks a whole check-in to 32 MiB at most. */
const MAX_FILES_BYTES = 6 * 1024 * 1024;

/** Without its number. */
export async function makeAnswer(
  task: Exclude<Task, { kind: 'order' }>,
  system: PackageSystem,
  host: Host,
): Promise<Answer> {
  try {
    if (task.kind === 'refresh') return { kind: 'refreshed' };
    if (task.kind === 'sources') return { kind: 'sources', sources: listSources(system.sources.patterns, host.root) };
    return task.kind === 'files'
      ? await listFiles(task.package, system, host)
      : await describePackage(task.package, system, host);
  } catch (error) {
    return { kind: 'failed', message: cutText(describeWithHint(error), 2000) };
  }
}

async function listFiles(name: string, system: PackageSystem, host: Host): Promise<Answer> {
  const claims = await ask(system.files(name), host).catch((error: unknown) =>
    requireInstalled(error, name, system, host),
  );
  const seen = await lookAtFiles(claims.slice(0, MAX_FILES), host.root);
  const files: PackageFile[] = [];
  let bytes = 0;
  for (const file of seen) {
    const { data } = packageFileSchema.safeParse({ ...file, differs: file.differs.slice(0, 20) });
    bytes += file.path.length + 200;
    if (data !== undefined && bytes <= MAX_FILES_BYTES) files.push(data);
  }
  return { kind: 'files', files, total: claims.length };
}

const notInstalled = (name: string): UserError => new UserError(`${name} is not installed on this host`);

/** What a package system says of a package that is not there is a line of its own programs. @throws always */
async function requireInstalled(error: unknown, name: string, system: PackageSystem, host: Host): Promise<never> {
  const [found] = await ask(system.describe([name]), host);
  throw found === undefined ? notInstalled(name) : error;
}

async function describePackage(name: string, system: PackageSystem, host: Host): Promise<Answer> {
  const [found] = await ask(system.describe([name]), host);
  if (found === undefined) throw notInstalled(name);
  const { installedAt, summary, description, vendor } = found;
  const details = packageDetailsSchema.parse({
    name: found.name,
    version: found.version,
    architecture: found.arch,
    summary: cutText(summary, 500),
    description: description.slice(0, 20_000),
    class: cutText(found.class, 255),
    vendor: cutText(vendor, 500),
    installedBytes: found.installedBytes,
    ...(installedAt === undefined ? {} : { installedAt }),
  });
  return { kind: 'details', details };
}
