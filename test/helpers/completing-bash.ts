// Bash with the completion scripts of both programs, and of one that defines what ours (partly) do not use.
// In: lines as they are typed. Out: what TAB offers at their end. Never: reads start-up files or bash-completion.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { describeProgram } from '../../bin/completion/describe-program.ts';
import { renderBash } from '../../bin/completion/render-bash.ts';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');

type Shell = {
  /** The example site, unless it is given. */
  readonly cwd?: string;
  /** Commands that are run behind the scripts. */
  readonly before?: string;
};

export type CompletingBash = {
  /** A directory that goes with the stack. */
  readonly work: string;
  /** Lines of bash that load the scripts. */
  readonly sources: readonly string[];
  /** What TAB offers at the end of each line, sorted; one bash for all of them. */
  readonly offers: (lines: readonly string[], shell?: Shell) => Promise<string[][]>;
  readonly offersAt: (line: string, shell?: Shell) => Promise<string[]>;
};

/** Makes the scripts; their directory is removed with the stack. */
export async function startCompletingBash(stack: AsyncDisposableStack): Promise<CompletingBash> {
  const work = await mkdtemp(join(tmpdir(), 'completion-'));
  stack.defer(async () => rm(work, { recursive: true }));
  const scripts = [...(await ownScripts()), await toyScript(work)];
  const sources: string[] = [];
  for (const [index, script] of scripts.entries()) {
    const path = join(work, `${index}.bash`);
    await writeFile(path, script);
    sources.push(`source '${path}'`);
  }
  const offers = async (lines: readonly string[], shell: Shell = {}) => offersAtEnds(lines, sources, shell);
  return { work, sources, offers, offersAt: async (line, shell) => (await offers([line], shell))[0] ?? [] };
}

async function ownScripts(): Promise<string[]> {
  const programs = [
    'machdb',
    'gutinteg',
    'packagelink',
    'packageunlink',
    'packagecheck',
    'update-cluster-maccollect',
  ].map((name) => join(root, 'bin', name));
  return Promise.all(programs.map(async (path) => (await runCommand([path, 'completion', 'bash'])).stdout));
}

async function toyScript(work: string): Promise<string> {
  const toy = new Command('toy').option('-v, --verbose');
  const thing = toy.command('thing').aliases(['t', 'th']);
  thing
    .command('make')
    .alias('mk')
    .addArgument(new Argument('<colour>').choices(['red', 'dark blue', "'$(touch HIT)'"]))
    .argument('<machine>')
    .argument('[files...]')
    .addOption(new Option('-s, --size <size>').choices(['big', 'small']))
    .addOption(new Option('--trace [level]').choices(['low', 'high']))
    .addOption(new Option('--with <parts...>').choices(['wheels', 'doors']))
    .addOption(new Option('--no-paint'))
    .addOption(new Option('--secret <text>').hideHelp());
  thing.command('hidden', { hidden: true });
  const dir = join(work, "PROGRAM's path");
  await mkdir(dir);
  await writeFile(join(dir, 'toy'), '#!/bin/sh\necho "$@" >&2\necho m1\necho m2\n', { mode: 0o755 });
  const engine = await readFile(join(root, 'bin/completion/complete.bash'), 'utf8');
  return renderBash({ program: 'toy', path: join(dir, 'toy'), commands: describeProgram(toy), engine });
}

async function offersAtEnds(
  lines: readonly string[],
  sources: readonly string[],
  { cwd = join(root, 'examples/lab'), before = '' }: Shell,
): Promise<string[][]> {
  const script = `${sources.join('\n')}
    ${before}
    while IFS= read -r COMP_LINE; do
      COMP_POINT=\${#COMP_LINE}
      "_\${COMP_LINE%% *}_complete"
      printf '%s\\0' "\${COMPREPLY[@]}"
      printf '\\n\\0'
    done`;
  const said = await runCommand(['bash', '--norc', '--noprofile', '-c', script], {
    stdin: lines.map((line) => `${line}\n`).join(''),
    cwd,
  });
  assert.equal(said.stderr, '');
  const replies = said.stdout.split('\n\0').slice(0, -1);
  assert.equal(replies.length, lines.length);
  return replies.map((reply) =>
    reply
      .split('\0')
      .filter((word) => word !== '')
      .sort(),
  );
}
