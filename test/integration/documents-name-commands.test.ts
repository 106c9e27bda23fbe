// Every command and option that README and docs/ name exists; what README says is missing has no command.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Command } from 'commander';
import { defineAdd } from '../../bin/cluster-commands/add.ts';
import { defineBlock } from '../../bin/cluster-commands/block.ts';
import { defineMaccollect } from '../../bin/cluster-commands/maccollect.ts';
import { defineParseconfig } from '../../bin/cluster-commands/parseconfig.ts';
import { defineRegenerate } from '../../bin/cluster-commands/regenerate.ts';
import { defineRemove } from '../../bin/cluster-commands/remove.ts';
import { defineGutinteg } from '../../bin/define-gutinteg.ts';
import { defineMachdb } from '../../bin/define-machdb.ts';
import { addCompletionCommand } from '../../bin/completion/add-completion-command.ts';
import { defineCheck } from '../../bin/link-commands/check.ts';
import { addExplainCommand } from '../../bin/link-commands/explain.ts';
import { defineLink } from '../../bin/link-commands/link.ts';
import { addRepairCommand } from '../../bin/link-commands/repair.ts';
import { defineUnlink } from '../../bin/link-commands/unlink.ts';
import { runCommand } from '../../lib/run-command.ts';

const root = join(import.meta.dirname, '../..');

/** A program or a command of it: what may stand behind its name. */
type Known = { readonly options: ReadonlySet<string>; readonly commands: ReadonlyMap<string, Known> };

/** `gutinteg` is two programs: the administrator's, and the one on an installed machine. */
const programs: ReadonlyMap<string, readonly Known[]> = new Map([
  ['gutinteg', [fromDefinition(defineGutinteg()), await fromHelp([])]],
  ['machdb', [fromDefinition(defineMachdb())]],
  ['packagelink', [fromDefinition(linkProgram())]],
  ['packageunlink', [fromDefinition(defineUnlink(new Command()))]],
  ['packagecheck', [fromDefinition(defineCheck(new Command()))]],
  ['update-cluster', [fromDefinition(defineParseconfig(new Command()))]],
  ['update-cluster-add', [fromDefinition(defineAdd(new Command()))]],
  ['update-cluster-block', [fromDefinition(defineBlock(new Command()))]],
  ['update-cluster-maccollect', [fromDefinition(defineMaccollect(new Command()))]],
  ['update-cluster-parseconfig', [fromDefinition(defineParseconfig(new Command()))]],
  ['update-cluster-regenerate', [fromDefinition(defineRegenerate(new Command()))]],
  ['update-cluster-remove', [fromDefinition(defineRemove(new Command()))]],
]);

const pages = ['README.md', ...(await readdir(join(root, 'docs'))).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);

suite('commands that the documents name exist', () => {
  let commands = 0;
  for (const page of pages) {
    test(page, async () => {
      const named = namedCommands(await readFile(join(root, page), 'utf8'));
      commands += named.length;
      assert.deepEqual([...new Set(named.flatMap(faultsOf))], []);
    });
  }
  test('the commands were found', () => assert.ok(commands > 300, `${commands} commands`));
});

test('faults are found', () => {
  const page =
    '```\n$ gutinteg arm a --frob | machdb explode\n```\n`gutinteg frob` `machdb list --fob` `gutinteg --json`';
  assert.deepEqual(namedCommands(page).flatMap(faultsOf), [
    'gutinteg arm a --frob: no such option',
    'machdb explode: no such command',
    'gutinteg frob: no such command',
    'machdb list --fob: no such option',
  ]);
});

test('README: what it does not do yet has no command', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, section = ''] = /^## What it does not do yet\n(.*?)^## /ms.exec(readme) ?? [];
  assert.notEqual(section, '');
  assert.deepEqual(existingCommands(section), []);
  assert.deepEqual(existingCommands('no packageunlink, no `gutinteg package gc`, no `adopt`, no `mdadm --add`'), [
    'packageunlink',
    'gutinteg package gc',
    'adopt',
  ]);
});

/** Programs in plain words, and everything in code that begins with a program or a command. */
function existingCommands(text: string): string[] {
  const plain = [...programs.keys()].filter((name) => name !== 'gutinteg' && new RegExp(`\\b${name}\\b`).test(text));
  const below = new Set([...programs.values()].flat().flatMap(({ commands }) => [...commands.keys()]));
  const inCode = [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  return [...plain, ...inCode.filter((code) => code.startsWith('gutinteg ') || below.has(code.split(' ')[0] ?? ''))];
}

/** Command lines in code: whole spans, and in blocks what follows a prompt, a pipe or the start of a line. */
function namedCommands(page: string): string[] {
  const blocks = [...page.matchAll(/^ *```\w*\n(.*?)^ *```$/gms)].map(([, body = '']) => body.replaceAll('\\\n', ' '));
  const prose = page.replaceAll(/^ *```\w*\n.*?^ *```$/gms, '');
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll(/\s+/g, ' '));
  return [...blocks.flatMap((block) => block.split('\n')), ...spans].flatMap((line) =>
    line
      .replace(/^[\w.-]*[#$] /, '')
      .replace(/ #.*$/, '')
      .split(/ ?(?:[|;]|&&|\$\(|<\() ?/)
      .map((part) =>
        part
          .trim()
          .replace(/^(?:sudo|ssh \S+|\S+=\S+) /, '')
          .replace(/[).,]+$/, ''),
      )
      // `machdb qu…` is not finished: TAB does the rest.
      .filter((part) => programs.has(part.split(' ')[0] ?? '') && !part.endsWith('…')),
  );
}

function faultsOf(line: string): string[] {
  const [name = '', ...words] = line.split(' ');
  const faults = (programs.get(name) ?? []).map((program) => faultOf(program, words));
  const fault = faults.includes(undefined) ? undefined : faults[0];
  return fault === undefined ? [] : [`${line}: ${fault}`];
}

function faultOf(program: Known, words: readonly string[]): string | undefined {
  let known = program;
  const inherited = new Set(program.options);
  for (const [index, word] of words.entries()) {
    const below = known.commands.get(word);
    if (below === undefined) {
      const isName = known.commands.size > 2 && /^[a-z][a-z-]*$/.test(word) && index < 2;
      if (isName && words.slice(0, index).every((before) => !before.startsWith('-'))) return 'no such command';
      break;
    }
    known = below;
    for (const option of below.options) inherited.add(option);
  }
  const used = words.flatMap((word) => /^(--[a-z][a-z-]*)/.exec(word.replaceAll(/[[\]]/g, ''))?.[1] ?? []);
  return used.every((option) => inherited.has(option)) ? undefined : 'no such option';
}

function fromDefinition(command: Command): Known {
  return {
    options: new Set(['--help', '--version', ...command.options.flatMap(({ long }) => long ?? [])]),
    commands: new Map(command.commands.map((child) => [child.name(), fromDefinition(child)])),
  };
}

function linkProgram(): Command {
  const program = defineLink(new Command('packagelink'));
  addExplainCommand(program);
  addRepairCommand(program);
  addCompletionCommand(program);
  return program;
}

/** The agent runs when it is imported, so it is asked. */
async function fromHelp(path: readonly string[]): Promise<Known> {
  const { stdout } = await runCommand([join(root, 'bin/node'), join(root, 'installer/agent.ts'), ...path, '--help']);
  const [, commands = ''] = /^Commands:\n(.*?)^$/ms.exec(`${stdout}\n\n`) ?? [];
  const names = [...commands.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name);
  const below = names
    .filter((name) => name !== 'help')
    .map(async (name) => [name, await fromHelp([...path, name])] as const);
  return {
    options: new Set([...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/gm)].map(([, option = '']) => option)),
    commands: new Map(await Promise.all(below)),
  };
}
