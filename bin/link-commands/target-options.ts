import type { Command } from 'commander';

/** What all three programs take: the directory, and what is known of it. */
export type TargetOptions = {
  readonly target?: string;
  readonly state?: string;
  readonly mount: readonly string[];
  readonly json?: true;
};

/** `--target DIR`, `--state FILE`, `--mount PATH`, `--json`. */
export function addTargetOptions(program: Command): Command {
  // Not commander's requiredOption, which 'completion bash' would need as well.
  return program
    .option('--target <dir>', 'the directory that packages are linked onto')
    .option('--state <file>', 'state database; TARGET/.packagelink/state.db unless given')
    .option('--mount <path>', 'a mount point below the target that belongs to it; may be repeated', collect, [])
    .option('--json', 'print the result as JSON');
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** `/srv`, `srv/` and `srv` are the same package path. */
export function asPackagePaths(paths: readonly string[]): string[] {
  return paths.map((path) => path.replaceAll(/^\/+|\/+$/g, ''));
}
