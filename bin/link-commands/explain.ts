import type { Command } from 'commander';
import type { PathExplanation, ResolvedUse } from '../../packagelink/merge/explain-path.ts';
import type { LinkedInput } from '../../packagelink/link/merge-onto-target.ts';
import { addTargetOptions } from './target-options.ts';
import type { TargetOptions } from './target-options.ts';

/** `packagelink explain PATH --target DIR`. */
export function addExplainCommand(program: Command): void {
  // The program has these options, too, and takes them from wherever they stand.
  addTargetOptions(program.command('explain'))
    .description('show why a path of the directory is as it is: package, rule, and what else would be there')
    .argument('<path>', 'path below the target, such as bin/greet')
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (path: string, _options: TargetOptions, command: Command) => {
      await explain(path, command.optsWithGlobals());
    });
}

async function explain(asked: string, { target, state, json }: TargetOptions): Promise<void> {
  const { explainPath, formatPathExplanation } = await import('../../packagelink/merge/explain-path.ts');
  const { openLinkedTarget } = await import('../../packagelink/link/linked-target.ts');
  const { readLinkedInput } = await import('../../packagelink/link/merge-onto-target.ts');
  const { printLines } = await import('../../machdb/views/printable.ts');
  const { root, stateFile } = openLinkedTarget(target, state);
  const input = readLinkedInput(stateFile);
  const path = pathBelow(root, asked);
  const explanation = explainPath(input, path) ?? (await failUnowned(path, root, input));
  const template = await usesOf(explanation, input);
  if (json === true) {
    const { content: _content, ...known } = explanation;
    process.stdout.write(`${JSON.stringify({ ...known, template }, undefined, 2)}\n`);
    return;
  }
  process.stdout.write(printLines(formatPathExplanation(explanation, template, '')));
}

/** `bin/x`, `./bin//x` and, for the target /usr/local, `/usr/local/bin/x` are the same path. */
function pathBelow(root: string, asked: string): string {
  const below = asked.startsWith(`${root}/`) ? asked.slice(root.length) : asked;
  return below
    .split('/')
    .filter((word) => word !== '' && word !== '.')
    .join('/');
}

async function usesOf({ content }: PathExplanation, { fetcher }: LinkedInput): Promise<ResolvedUse[]> {
  if (content?.kind !== 'template') return [];
  const { listTemplateUses } = await import('../../packagelink/package/preprocess.ts');
  const { readSource } = await import('../../packagelink/contents/read-source.ts');
  const { defines } = content;
  return listTemplateUses(await readSource(content, fetcher)).map((use) => {
    return { ...use, value: Object.hasOwn(defines, use.variable) ? (defines[use.variable] ?? null) : null };
  });
}

async function failUnowned(path: string, root: string, input: LinkedInput): Promise<never> {
  const { UserError } = await import('../../lib/errors.ts');
  const { knownPathsOf, nearPaths } = await import('../../packagelink/merge/near-paths.ts');
  if (input.layers.every(({ manifest }) => manifest.entries.length === 0)) {
    const hint = `packagelink --target ${root} TREE`;
    throw new UserError(`nothing is linked onto ${root}`, { exitCode: 2, hint });
  }
  const near = nearPaths(path, knownPathsOf(input));
  const others = near.length === 0 ? '' : `; near it are ${near.join(' ')}`;
  throw new UserError(`no package that is linked onto ${root} has ${path}, so no run touches it${others}`, {
    hint: near[0] === undefined ? `packagecheck --target ${root}` : `packagelink explain ${near[0]} --target ${root}`,
  });
}

const EXPLAIN_HELP = `
Reads the state database: what the packages said when they were linked, and what was there before them ('@target').

Exit codes: 0 printed, 1 no package has the path, 2 bad input, or nothing is linked.

Examples:
  packagelink explain bin/greet --target /usr/local
  packagelink explain /usr/local/bin/greet --target /usr/local --json | jq .owner
`;
