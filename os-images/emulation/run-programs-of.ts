// Programs of another processor, run on this one by QEMU: what configures a system of another architecture. In: an
// architecture. Out: a way to run its programs. Never: changes what this computer runs: QEMU is registered in a
// namespace of its own, which ends with the build.
import { access } from 'node:fs/promises';
import { release } from 'node:os';
import { architectureOf } from '../../lib/architecture.ts';
import type { Architecture } from '../../lib/architecture.ts';
import { UserError } from '../../lib/errors.ts';
import { CommandError } from '../../lib/run-command.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { interpreterOf, renderRegistration } from './binfmt.ts';
import { openUserNamespace } from './user-namespace.ts';

const BINFMT = '/proc/sys/fs/binfmt_misc';

type Foreign = { readonly run: RunCommand; readonly close: () => Promise<void> };

/**
 * Runs programs in trees of an architecture; call `close` when all is done.
 * @throws UserError (exit code 2) that says what is missing where this computer cannot
 */
export async function runProgramsOf(
  architecture: Architecture,
  run: RunCommand,
  own: string = architectureOf(process.arch),
): Promise<Foreign> {
  const asItIs: Foreign = { run, close: () => Promise.resolve() };
  if (architecture.name === own) return asItIs;
  try {
    return await openEmulation(architecture, run);
  } catch (error) {
    if (error instanceof UserError && (await runsAlready(architecture, run))) return asItIs;
    throw error;
  }
}

/** In a namespace of its own also where QEMU is registered already: that one may not be found inside a chroot. */
async function openEmulation(architecture: Architecture, run: RunCommand): Promise<Foreign> {
  await requireInterpreter(architecture);
  const namespace = await openUserNamespace(run).catch((cause: unknown) => fail(architecture, cause));
  try {
    await namespace.run(['mount', '-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
    await namespace.run(['tee', `${BINFMT}/register`], { stdin: renderRegistration(architecture) });
    return namespace;
  } catch (cause) {
    await namespace.close();
    return fail(architecture, cause);
  }
}

/** Somebody may have registered QEMU for the whole computer. @see arch-test(1) */
async function runsAlready({ name }: Architecture, run: RunCommand): Promise<boolean> {
  try {
    return (await run(['arch-test', name], { okExitCodes: [0, 1, 2, 3] })).exitCode === 0;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function requireInterpreter(architecture: Architecture): Promise<void> {
  const interpreter = interpreterOf(architecture);
  await access(interpreter).catch((cause: unknown) => {
    throw new UserError(`${cannotRun(architecture)}: ${interpreter} is missing`, {
      exitCode: 2,
      hint: 'apt-get install --no-install-recommends qemu-user-static',
      cause,
    });
  });
}

function fail(architecture: Architecture, cause: unknown): never {
  throw new UserError(`${cannotRun(architecture)}; that needs Linux 6.7, and this is ${release()}`, {
    exitCode: 2,
    hint: 'apt-get install qemu-user-static binfmt-support, which lets the whole computer run such programs',
    cause,
  });
}

function cannotRun({ name }: Architecture): string {
  return `programs of ${name}, which configure a system of it, cannot run here`;
}
