import type { Command } from 'commander';
import type { Fault } from '../../lib/errors.ts';
import type { Hook } from '../../update-cluster/plan-hooks.ts';
import type { HookResult } from '../../update-cluster/run-hooks.ts';

type RegenerateOptions = {
  readonly file?: string;
  readonly timeout: string;
  readonly dryRun?: true;
  readonly json?: true;
};

/** `update-cluster-regenerate all|RADIX…`. */
export function defineRegenerate(program: Command): Command {
  return program
    .description('Runs the hooks that make the configuration of applications from cluster.xml.')
    .argument('[radixes...]', "'all', or names of hooks without .updatelist")
    .option('--file <file>', '$CLUSTERXML, or else /etc/update-cluster/cluster.xml')
    .option('--timeout <seconds>', 'how long a hook may take', '300')
    .option('--dry-run', 'name the hooks, and run none')
    .option('--json', 'print the result as JSON')
    .showHelpAfterError('(update-cluster-regenerate --help says how it is used)')
    .addHelpText('after', REGENERATE_HELP)
    .action(regenerate);
}

async function regenerate(radixes: readonly string[], options: RegenerateOptions): Promise<void> {
  const { findClusterFile } = await import('../../update-cluster/read-cluster-file.ts');
  const { planHooks } = await import('../../update-cluster/plan-hooks.ts');
  const { OWN_HOOKS, PACKAGED_HOOKS, readHooks } = await import('../../update-cluster/read-hooks.ts');
  const timeoutSeconds = await readTimeout(options.timeout);
  const file = findClusterFile(options.file);
  if (radixes.length === 0) throw await badUsage("name hooks, or 'all'", 'update-cluster-regenerate all --dry-run');
  const hooks = planHooks(await readHooks(PACKAGED_HOOKS), await readHooks(OWN_HOOKS), radixes);
  const warnings = await checkFile(file);
  const { dryRun = false, json = false } = options;
  const print = json ? () => {} : (result: HookResult) => process.stdout.write(formatResult(result));
  const results = dryRun ? await nameHooks(hooks, print) : await runLocked(hooks, { file, timeoutSeconds, print });
  const failedCount = results.filter(({ status }) => status === 'failed').length;
  if (json) {
    const hooksOf = { file, dryRun, failed: failedCount, warnings: warnings.map(asJson), hooks: results };
    process.stdout.write(`${JSON.stringify(hooksOf, undefined, 2)}\n`);
  } else {
    const { countOf } = await import('../../machdb/views/printable.ts');
    const ending = dryRun ? '; none was run' : `, ${failedCount} failed`;
    process.stdout.write(`${countOf(results.length, 'hook')}${ending}\n`);
  }
  if (failedCount > 0) process.exitCode = 1;
}

/** Hooks truncate their files before they read cluster.xml: with a broken one, none is run. */
async function checkFile(file: string): Promise<readonly Fault[]> {
  const { readClusterFile } = await import('../../update-cluster/read-cluster-file.ts');
  const { scanClusterBytes } = await import('../../update-cluster/document/parse-document.ts');
  const { printWarnings } = await import('./print-warnings.ts');
  const { warnings } = scanClusterBytes(readClusterFile(file), file, () => {});
  printWarnings(warnings);
  return warnings;
}

async function nameHooks(hooks: readonly Hook[], print: (result: HookResult) => void): Promise<HookResult[]> {
  const { describeHook } = await import('../../update-cluster/run-hooks.ts');
  const results = hooks.map(describeHook);
  for (const result of results) print(result);
  return results;
}

type Running = { readonly file: string; readonly timeoutSeconds: number; readonly print: (result: HookResult) => void };

const LOCK_DIRECTORY = '/run/update-cluster';
/** As long as another run usually takes. */
const LOCK_SECONDS = 60;

async function runLocked(hooks: readonly Hook[], { file, timeoutSeconds, print }: Running): Promise<HookResult[]> {
  const { mkdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { lockDirectory } = await import('../../lib/lock-directory.ts');
  const { runHook } = await import('../../update-cluster/run-hooks.ts');
  try {
    await mkdir(LOCK_DIRECTORY, { recursive: true, mode: 0o755 });
  } catch (error) {
    const { UserError } = await import('../../lib/errors.ts');
    throw new UserError(`${LOCK_DIRECTORY} cannot be made, which keeps two runs apart`, {
      cause: error,
      hint: 'sudo update-cluster-regenerate …',
    });
  }
  await using _lock = await lockDirectory(LOCK_DIRECTORY, LOCK_SECONDS);
  // Applications of other users read what hooks write.
  process.umask(0o022);
  const results: HookResult[] = [];
  for (const hook of hooks) {
    const result = await runHook(hook, { file, timeoutSeconds, programs: join(import.meta.dirname, '..') });
    print(result);
    results.push(result);
  }
  return results;
}

function formatResult({ name, path, overrides, status, ending, seconds, output }: HookResult): string {
  const instead = overrides === null ? '' : `, instead of ${overrides}`;
  if (status === 'planned') return `${name}: ${path}${instead}\n`;
  if (status === 'skipped') return `${name}: skipped, ${path} ${ending}${instead}\n`;
  const lines = output === '' ? [] : output.replace(/\n$/, '').split('\n');
  return [
    `${name}: ${status}, ${ending}, ${seconds.toFixed(2)} s${instead}`,
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function asJson({ line, column, message }: Fault): object {
  return { line, column, message };
}

async function readTimeout(text: string): Promise<number> {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds > 0 && seconds <= 86_400) return seconds;
  throw await badUsage(`--timeout ${text} is not a number of seconds between 0 and 86400`);
}

async function badUsage(message: string, hint?: string): Promise<Error> {
  const { UserError } = await import('../../lib/errors.ts');
  return new UserError(message, hint === undefined ? { exitCode: 2 } : { exitCode: 2, hint });
}

const REGENERATE_HELP = `
Examples:
  update-cluster-regenerate all
  update-cluster-regenerate dsh lam-runtime
  update-cluster-regenerate all --dry-run
  update-cluster-regenerate all --timeout 60 --json | jq '.hooks[] | select(.status == "failed")'

Hooks are /usr/lib/update-cluster/*.updatelist and, overriding by name, /etc/update-cluster/updatelist/*.updatelist. They run
in the order of their names, one at a time; one that fails does not stop the others. None runs unless cluster.xml is sound.
Guide: docs/update-cluster.md

Exit codes: 0 done, 1 a hook failed, or another run did not end, 2 bad input, or cluster.xml is not sound`;
