// Reads boot loaders of `boot/ARCH/`, checked against their record. In: a directory and names. Out: bytes.
// Never: hands out a file whose bytes are not those that were recorded.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { bootDirectory } from '../boot-directory.ts';
import { bootPrograms } from '../boot-programs/all.ts';
import { readBootFilesRecord, sha256Of } from './boot-files-record.ts';

/** What firmware of these architectures begins with. @throws UserError, as loadBootFiles does */
export async function loadLoaders(
  stateDir: string,
  architectures: readonly Architecture[],
  hint: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const all = new Map<string, Uint8Array>();
  for (const architecture of architectures) {
    const programs = bootPrograms.filter((program) => program.architecture === architecture.name);
    const names = new Set(programs.flatMap(({ loader, nextStages }) => [loader, ...nextStages]));
    const files = await loadBootFiles(bootDirectory(stateDir, architecture), [...names], hint);
    for (const [name, bytes] of files) all.set(name, bytes);
  }
  return all;
}

/** @throws UserError with every file that is missing or has other bytes, and exit code 2 */
export async function loadBootFiles(
  dir: string,
  names: readonly string[],
  hint: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const record = await readBootFilesRecord(dir);
  if (record === undefined) {
    throw new UserError(`${dir} has no boot loaders; firmware begins with them`, { exitCode: 2, hint });
  }
  const files = new Map<string, Uint8Array>();
  const faults: string[] = [];
  for (const name of names) {
    const bytes = await readFile(join(dir, name)).catch((cause: unknown) => cause as Error);
    const fault = faultOf(bytes, record.sha256[name]);
    if (fault === undefined) files.set(name, bytes as Uint8Array);
    else faults.push(`  ${name}: ${fault}`);
  }
  if (faults.length === 0) return files;
  throw new UserError(`boot loaders in ${dir} are not as they were put there:\n${faults.join('\n')}`, {
    exitCode: 2,
    hint,
  });
}

function faultOf(bytes: Uint8Array | Error, recorded: string | undefined): string | undefined {
  if (recorded === undefined) return 'was not put there by this version';
  if (bytes instanceof Error) return bytes.message;
  const found = sha256Of(bytes);
  return found === recorded ? undefined : `its SHA-256 is ${found}, recorded is ${recorded}`;
}
