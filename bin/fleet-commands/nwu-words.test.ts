// Words of Network Wide Updates' own client, which its users type.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addFleetCommand } from '../commands/fleet.ts';

const words = [
  'addrep',
  'adduser',
  'install',
  'forceinstall',
  'update',
  'upgrade',
  'list outdated',
  'view packages',
  'view update-candidates',
  'view repositories',
  'view tasks',
];

const program = new Command('gutinteg');
addFleetCommand(program);

for (const path of words) {
  test(`gutinteg fleet ${path} is there, with its help and examples`, () => {
    const command = ['fleet', ...path.split(' ')].reduce<Command | undefined>(
      (parent, name) => parent?.commands.find((child) => child.name() === name),
      program,
    );
    assert.ok(command);
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    assert.match(help, new RegExp(`gutinteg fleet ${path} `));
  });
}
