import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';

/** `gutinteg fleet class …`. */
export function addFleetClassCommand(fleet: Command): void {
  const command = fleet.command('class').description('work with classes: selectors of hosts that have a name');
  addFleetOptions(command.command('list'))
    .description('list the classes and what they stand for')
    .addHelpText('after', LIST_HELP)
    .action(list);
  addFleetOptions(command.command('save'))
    .description('give a selector a name; a class of that name is replaced')
    .argument('<class>', 'letters, digits, dots and hyphens')
    .argument('<selector>', "such as 'site=north and package=bash'")
    .addHelpText('after', SAVE_HELP)
    .action(save);
  addFleetOptions(command.command('show'))
    .description('list the hosts that a class or a selector stands for now')
    .argument('<class>', 'or a selector')
    .addHelpText('after', SHOW_HELP)
    .action(show);
  addFleetOptions(command.command('remove'))
    .description('take a class away; hosts stay as they are')
    .argument('<class>')
    .addHelpText('after', REMOVE_HELP)
    .action(remove);
}

async function list(options: FleetOptions): Promise<void> {
  const { listClasses } = await import('../../contract/fleet/api/classes.ts');
  const { print, printJson, printTable } = await import('./output/print.ts');
  const client = await connect(options);
  const answer = await client.ask(listClasses, {});
  if (options.json === true) return printJson(answer);
  if (answer.classes.length === 0) return print(['no class has been saved']);
  printTable(
    ['CLASS', 'SELECTOR'],
    answer.classes.map(({ name, selector }) => [name, selector]),
  );
}

async function save(name: string, selector: string, options: FleetOptions): Promise<void> {
  const api = await import('../../contract/fleet/api/classes.ts');
  const { print } = await import('./output/print.ts');
  const client = await connect(options);
  await client.ask(api.saveClass, { name, selector });
  const { total } = await client.ask(api.selectHosts, { selector: name, limit: 1 });
  print([`${name} stands for ${total} ${total === 1 ? 'host' : 'hosts'} now`]);
}

async function show(selector: string, options: FleetOptions): Promise<void> {
  const { selectHosts } = await import('../../contract/fleet/api/classes.ts');
  const { print, printJson } = await import('./output/print.ts');
  const client = await connect(options);
  const answer = await client.ask(selectHosts, { selector, limit: 100_000 });
  if (options.json === true) return printJson(answer);
  print(answer.hosts.map(({ host }) => host));
}

async function remove(name: string, options: FleetOptions): Promise<void> {
  const { removeClass } = await import('../../contract/fleet/api/classes.ts');
  const { print } = await import('./output/print.ts');
  const client = await connect(options);
  await client.ask(removeClass, { name });
  print([`there is no class ${name} any more`]);
}

const LIST_HELP = `
Examples:
  gutinteg fleet class list --site ~/site
`;

const SAVE_HELP = `
Conditions are FIELD=VALUE, FIELD!=VALUE, and with a pattern FIELD~VALUE and FIELD!~VALUE, joined by and, or, not and brackets.
docs/fleet-commands.md lists the fields.

Examples:
  gutinteg fleet class save north-web 'site=north and name~web*'
  gutinteg fleet class save weak 'package=openssl<3.0.9 and not class=test'
  gutinteg fleet class save labs 'object=lab-client and is=outdated'
`;

const SHOW_HELP = `
Examples:
  gutinteg fleet class show north-web
  gutinteg fleet class show 'is=broken or is=silent' --json
`;

const REMOVE_HELP = `
Examples:
  gutinteg fleet class remove north-web
`;
