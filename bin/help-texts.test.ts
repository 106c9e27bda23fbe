// Every command's --help: an example of its own, and options that exist in each example.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { Command } from 'commander';
import { defineAdd } from './cluster-commands/add.ts';
import { defineBlock } from './cluster-commands/block.ts';
import { defineMaccollect } from './cluster-commands/maccollect.ts';
import { defineParseconfig } from './cluster-commands/parseconfig.ts';
import { defineRegenerate } from './cluster-commands/regenerate.ts';
import { defineRemove } from './cluster-commands/remove.ts';
import { defineGutinteg } from './define-gutinteg.ts';
import { defineMachdb } from './define-machdb.ts';
import { addExplainCommand } from './link-commands/explain.ts';
import { defineCheck } from './link-commands/check.ts';
import { defineLink } from './link-commands/link.ts';
import { defineUnlink } from './link-commands/unlink.ts';

const link = defineLink(new Command('packagelink'));
addExplainCommand(link);
const programs = [
  defineGutinteg(),
  defineMachdb(),
  link,
  defineUnlink(new Command('packageunlink')),
  defineCheck(new Command('packagecheck')),
  defineAdd(new Command('update-cluster-add')),
  defineBlock(new Command('update-cluster-block')),
  defineMaccollect(new Command('update-cluster-maccollect')),
  defineParseconfig(new Command('update-cluster-parseconfig')),
  defineParseconfig(new Command('update-cluster')),
  defineRegenerate(new Command('update-cluster-regenerate')),
  defineRemove(new Command('update-cluster-remove')),
];

for (const program of programs) {
  suite(`help of ${program.name()}`, () => {
    for (const { path, command } of leaves(program, program.name())) {
      const examples = examplesOf(helpOf(command)).filter((line) => line.startsWith(`${path} `) || line === path);
      test(`${path} --help has an example`, () => assert.notEqual(examples.length, 0));
      test(`the examples of ${path} use options that it has`, () => {
        const known = new Set(command.options.map(({ long }) => long));
        const used = examples.flatMap((line) => optionsOf(line.split(/ {3,}| [|&#<>]/)[0] ?? ''));
        assert.deepEqual(
          used.filter((option) => !known.has(option)),
          [],
        );
      });
    }
  });
}

for (const program of programs.slice(0, 2)) {
  test(`${program.name()} --help puts every command under a task`, () => {
    const ungrouped = program.commands.filter((command) => command.helpGroup() === '');
    assert.deepEqual(
      ungrouped.map((command) => command.name()),
      [],
    );
    assert.doesNotMatch(helpOf(program), /^Commands:/m);
  });
  test(`${program.name()} --help names documents that exist`, () => {
    const named = [...helpOf(program).matchAll(/\b(?:docs\/)?[\w-]+\.md\b/g)].map(([path]) => path);
    const root = join(import.meta.dirname, '..');
    const existing = new Set(['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]);
    assert.ok(named.length > 2);
    assert.deepEqual(
      named.filter((path) => !existing.has(path)),
      [],
    );
  });
}

type Leaf = { readonly path: string; readonly command: Command };

/** The commands that do something, without those that explain the program itself. */
function leaves(command: Command, path: string): Leaf[] {
  const below = command.commands.filter((child) => child.name() !== 'completion');
  const nested = below.flatMap((child) => leaves(child, `${path} ${child.name()}`));
  return nested.length > 0 && command.registeredArguments.length === 0 ? nested : [{ path, command }, ...nested];
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

function examplesOf(help: string): string[] {
  const [, after = ''] = help.split(/^Examples:$/m);
  return after
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .map((line) => line.trim().replace(/^sudo /, ''));
}

function optionsOf(line: string): string[] {
  return [...line.matchAll(/(?<= )--[a-z][a-z-]*/g)].map(([option]) => option);
}
