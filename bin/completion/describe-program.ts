// A program's commands as data. In: commander's definitions. Out: a list of commands, each with what may follow it.
// Never: runs anything. What it does not know of a definition cannot be completed.
import type { Argument, Command, Option } from 'commander';
import { valueKind } from './value-kinds.ts';
import type { ValueKind } from './value-kinds.ts';

/** A command that can be typed; `path` is `[]` for the program itself, `['image', 'build']` for a nested one. */
export type CommandDescription = {
  readonly path: readonly string[];
  /** Every way to type `path`: the same with aliases. */
  readonly spellings: readonly (readonly string[])[];
  /** Names and aliases of the commands below it. */
  readonly commands: readonly string[];
  readonly options: readonly OptionDescription[];
  readonly arguments: readonly ValueDescription[];
};

type OptionDescription = {
  /** `-h` and `--help`. */
  readonly spellings: readonly string[];
  /** Undefined when it takes none. */
  readonly value: ValueDescription | undefined;
};

export type ValueDescription = {
  readonly arity: 'one' | 'optional' | 'many';
  readonly choices: readonly string[];
  readonly kind: ValueKind | undefined;
};

/** Every visible command of a program, itself first. */
export function describeProgram(program: Command): CommandDescription[] {
  return describe(program, { path: [], spellings: [[]], siblings: [] });
}

type CommandAtHand = Pick<CommandDescription, 'path' | 'spellings'> & { readonly siblings: readonly string[] };

function describe(command: Command, { path, spellings, siblings }: CommandAtHand): CommandDescription[] {
  const help = command.createHelp();
  const below = help.visibleCommands(command);
  const commands = below.flatMap(namesOf);
  const described = {
    path,
    spellings,
    commands,
    options: help.visibleOptions(command).map(describeOption),
    arguments: command.registeredArguments.map((argument) => describeArgument(argument, siblings)),
  };
  const nested = below.flatMap((child) =>
    describe(child, {
      path: [...path, child.name()],
      spellings: spellings.flatMap((parent) => namesOf(child).map((name) => [...parent, name])),
      siblings: commands,
    }),
  );
  return [described, ...nested];
}

function namesOf(command: Command): string[] {
  return [command.name(), ...command.aliases()];
}

function describeOption(option: Option): OptionDescription {
  const spellings = [option.short, option.long].filter((spelling) => spelling !== undefined);
  if (!option.required && !option.optional) return { spellings, value: undefined };
  const name = /[<[]([^\]>]*?)(?:\.\.\.)?[\]>]/.exec(option.flags)?.[1] ?? '';
  const arity = option.variadic ? 'many' : option.optional ? 'optional' : 'one';
  return { spellings, value: { arity, ...offers(name, option.argChoices) } };
}

/** `help [command]`, which commander adds by itself, takes one of the commands beside it. */
function describeArgument(argument: Argument, siblings: readonly string[]): ValueDescription {
  const choices = argument.name() === 'command' ? siblings.filter((name) => name !== 'help') : argument.argChoices;
  return { arity: argument.variadic ? 'many' : 'one', ...offers(argument.name(), choices) };
}

function offers(name: string, choices: readonly string[] | undefined): Pick<ValueDescription, 'choices' | 'kind'> {
  return choices === undefined ? { choices: [], kind: valueKind(name) } : { choices, kind: undefined };
}
