// Asks a host: runs the programs of a question, reads its files, and parses both. In: a question and a way to run
// programs. Out: its answer. Never: decides anything, or gives a program input to wait for.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandResult, RunCommand } from '../lib/run-command.ts';
import type { PackageCommand, PackageQuestion } from './package-system.ts';

export type Host = {
  readonly run: RunCommand;
  /** Files are read below this directory; `/` unless given. */
  readonly root?: string;
  /** For each program. */
  readonly timeoutMs?: number;
};

const TIMEOUT_MS = 300_000;

/**
 * @throws CommandError when a program fails or takes longer than `timeoutMs` (5 minutes unless given); FaultsError when its output is not understood
 */
export async function ask<T>(
  question: PackageQuestion<T>,
  { run, root = '/', timeoutMs = TIMEOUT_MS }: Host,
): Promise<T> {
  const results: CommandResult[] = [];
  const runAll = async (commands: readonly PackageCommand[]): Promise<void> => {
    for (const { argv, ...options } of commands) results.push(await run(argv, { ...options, timeoutMs }));
  };
  await runAll(question.commands);
  await runAll(question.further?.(results) ?? []);
  const texts = await Promise.all((question.files ?? []).map(async (file) => readText(join(root, file))));
  return question.parse(results, texts);
}

const ABSENT = new Set<string | undefined>(['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR']);

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}
