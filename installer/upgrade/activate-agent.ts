// The agent replaces itself. Packages lay down /usr/lib/gutinteg/agent like any files; what runs is a version of its own:
//   agent/           what packages delivered last; replaced file by file, in the middle of a run
//   versions/NAME/   hard links to one delivery, complete and tested; never touched again
//   current          → versions/NAME, what /usr/bin/gutinteg starts; switched by one rename
//   previous         → what it starts when current ends without a conclusion
// In: these directories. Out: the same, with a new version if one was delivered and passes its test. Never: touches
// the version that runs; switches to one that has not run once.
import {
  link,
  mkdir,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describeError, UserError } from '../../lib/errors.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import { isSystemError, whenMissing } from '../../lib/when-missing.ts';
import { SELF_TEST_PASSED } from './self-test.ts';

/** Where the agent's directories are, below the root. */
export const AGENT_LIB = '/usr/lib/gutinteg';

export type ActivateInput = {
  readonly root: string;
  readonly run: RunCommand;
  readonly running: {
    /** The directory of the version that runs, without symbolic links. */
    readonly dir: string;
    /** That of the version which ended without a conclusion, so that this one was started. */
    readonly broken: string | undefined;
  };
};

/** What to say in the report. */
export type Said = { readonly errors: string[]; readonly notices: string[] };

const SELF_TEST_MS = 5 * 60_000;
const BROKEN_MARK = 'broken';

/** Makes the delivered agent the current one, for the next run. Faults are errors of the run, never its end. */
export async function activateAgent(input: ActivateInput): Promise<Said> {
  return sayFaults(async (said) => {
    const lib = await realpath(join(input.root, AGENT_LIB)).catch(whenMissing(undefined));
    if (lib !== undefined) await activate(input, lib, said);
  });
}

/**
 * Before files change: an agent that still runs as it was delivered becomes a version, so that it is not lost when what
 * is delivered next does not work.
 */
export async function secureAgent(input: ActivateInput): Promise<Said> {
  return sayFaults(async (said) => {
    const delivered = await realpath(join(input.root, AGENT_LIB, 'agent')).catch(whenMissing(undefined));
    const lib = delivered === undefined ? undefined : dirname(delivered);
    if (lib !== undefined && delivered === input.running.dir) await activate(input, lib, said);
  });
}

async function sayFaults(work: (said: Said) => Promise<void>): Promise<Said> {
  const said: Said = { errors: [], notices: [] };
  try {
    await work(said);
  } catch (error) {
    if (!(error instanceof UserError) && !isSystemError(error)) throw error;
    said.errors.push(`the agent could not be replaced: ${describeError(error)}`.slice(0, 8000));
  }
  return said;
}

async function activate(input: ActivateInput, lib: string, said: Said): Promise<void> {
  const { running, run } = input;
  const delivered = join(lib, 'agent');
  const wanted = await listInodes(delivered);
  if (!wanted.has('agent.mjs')) return;
  if (running.broken !== undefined) await giveUp(lib, running.broken, { running: running.dir, said });
  const current = await realpath(join(lib, 'current')).catch(whenMissing(undefined));
  for (const dir of await versionsOf(lib)) {
    if (!isSame(wanted, await listInodes(dir))) continue;
    if (await isMarked(dir)) {
      said.errors.push(
        `the delivered agent ${basename(dir)} has failed before and is not started again; see docs/nightly.md`,
      );
      return;
    }
    if (dir === current) return;
  }
  const dir = await stage(lib, delivered, [...wanted.keys()]);
  try {
    await testVersion(dir, input);
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    said.errors.push(
      `the delivered agent fails its self-test, the old one stays: ${describeError(error)}`.slice(0, 8000),
    );
    return;
  }
  await run(['sync', '-f', lib]);
  const name = await settle(lib, dir);
  if (current !== undefined && !(await isMarked(current))) await pointTo(lib, 'previous', basename(current));
  await pointTo(lib, 'current', name);
  await removeOthers(lib, running.dir);
  said.notices.push(`agent ${name} is current from the next run on`);
}

/** Marks a version that broke, and makes the one that runs in its place current. */
async function giveUp(lib: string, broken: string, { running, said }: { running: string; said: Said }): Promise<void> {
  said.errors.push(`agent ${basename(broken)} ended without a conclusion; ${basename(running)} ran in its place`);
  // What is delivered is packagelink's: it is tested again when it becomes a version.
  if (dirname(broken) === join(lib, 'versions')) await writeFile(join(broken, BROKEN_MARK), '');
  if (dirname(running) === join(lib, 'versions')) await pointTo(lib, 'current', basename(running));
}

/** Paths below a directory, each with its device and inode; what a version may be marked with does not count. */
async function listInodes(dir: string): Promise<Map<string, string>> {
  const names = await readdir(dir, { recursive: true }).catch(whenMissing<string[]>([]));
  const inodes = new Map<string, string>();
  for (const name of names.filter((each) => each !== BROKEN_MARK).sort()) {
    const found = await stat(join(dir, name));
    if (found.isFile()) inodes.set(name, `${found.dev}:${found.ino}`);
  }
  return inodes;
}

function isSame(left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean {
  return left.size === right.size && [...left].every(([name, inode]) => right.get(name) === inode);
}

async function versionsOf(lib: string): Promise<string[]> {
  const dir = join(lib, 'versions');
  const names = await readdir(dir).catch(whenMissing<string[]>([]));
  return names.filter((name) => !name.startsWith('.')).map((name) => join(dir, name));
}

async function isMarked(dir: string): Promise<boolean> {
  return stat(join(dir, BROKEN_MARK)).then(
    () => true,
    () => false,
  );
}

/** Hard links, so that a version costs no space and stays whatever packagelink renames over the delivery. */
async function stage(lib: string, delivered: string, names: readonly string[]): Promise<string> {
  const dir = join(lib, 'versions', '.new');
  await rm(dir, { recursive: true, force: true });
  for (const name of names) {
    await mkdir(dirname(join(dir, name)), { recursive: true, mode: 0o755 });
    await link(join(delivered, name), join(dir, name));
  }
  return dir;
}

async function testVersion(dir: string, { root, run }: ActivateInput): Promise<void> {
  const argv = [join(dir, 'node'), '--disable-warning=ExperimentalWarning', join(dir, 'agent.mjs')] as const;
  const { stdout } = await run([...argv, 'self-test', '--root', root], {
    env: { LD_LIBRARY_PATH: join(dir, 'lib') },
    timeoutMs: SELF_TEST_MS,
  });
  if (!stdout.includes(SELF_TEST_PASSED)) throw new UserError(`it ended well, but said '${stdout.slice(0, 200)}'`);
}

/** Gives a tested version its name: what it calls itself, with a number where that is taken. */
async function settle(lib: string, staged: string): Promise<string> {
  const text = await readFile(join(staged, 'VERSION'), 'utf8').catch(whenMissing(''));
  const version = /^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$/.exec(text.trim())?.[0] ?? 'unnamed';
  const taken = new Set(await readdir(join(lib, 'versions')));
  let name = version;
  for (let count = 2; taken.has(name); count += 1) name = `${version}.${count}`;
  await rename(staged, join(lib, 'versions', name));
  return name;
}

async function pointTo(lib: string, pointer: 'current' | 'previous', name: string): Promise<void> {
  const temporary = join(lib, `.${pointer}.new`);
  await rm(temporary, { force: true });
  await symlink(join('versions', name), temporary);
  await rename(temporary, join(lib, pointer));
}

async function removeOthers(lib: string, running: string): Promise<void> {
  const kept = new Set([basename(running)]);
  for (const pointer of ['current', 'previous']) {
    kept.add(basename(await readlink(join(lib, pointer)).catch(whenMissing(''))));
  }
  for (const dir of await versionsOf(lib)) if (!kept.has(basename(dir))) await rm(dir, { recursive: true });
}
