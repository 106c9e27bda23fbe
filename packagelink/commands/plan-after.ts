// What runs after a change. In: the commands that packages name, what changed, what earlier runs still owe.
// Out: each command once, in order, with the paths that ask for it. Never: I/O; a command where it may not run.
import type { Argv } from '../../lib/run-command.ts';
import type {
  AfterCommand,
  CommandSource,
  PendingCommand,
  RunPlace,
  PlannedCommand,
} from '../package/after-command.ts';
import { compileGlobs } from '../package/glob.ts';

export type AfterInput = {
  /** The packages of the machine, in any order. */
  readonly sources: readonly CommandSource[];
  /** Packages that the machine no longer has: they are asked once more. */
  readonly removed?: readonly CommandSource[];
  /** Every path that was created, replaced, deleted, or got another owner or mode. */
  readonly changes: readonly { readonly path: string }[];
  readonly pending?: readonly PendingCommand[];
  readonly place: RunPlace;
};

/** `commands` are to be run in this order; `elsewhere` are those that may not run in this place. */
export type AfterPlan = { readonly commands: readonly PlannedCommand[]; readonly elsewhere: readonly Argv[] };

/** One wish for a command: from a package whose globs match, or from an earlier run. */
type Wish = PendingCommand & { readonly again: boolean; readonly index: number };

/**
 * Lower `order` first, then by the package's name, then by the place in its file. Equal commands run once, at the first
 * of their places, with the longest of their time limits.
 */
export function planAfter(input: AfterInput): AfterPlan {
  const wishes = [...input.sources, ...(input.removed ?? [])].flatMap((source) => wishesOf(source, input.changes));
  const here = wishes.filter(({ command }) => command.in.includes(input.place)).map(({ wish }) => wish);
  const all = [...here.map((wish) => ({ ...wish, place: input.place })), ...pendingWishes(input)];
  const byArgv = Map.groupBy(all.toSorted(compareWishes), ({ argv }) => argvKey(argv));
  const commands = [...byArgv.values()].map(joinWishes);
  const elsewhere = wishes
    .filter(({ command }) => !command.in.includes(input.place) && !byArgv.has(argvKey(command.run)))
    .map(({ command }) => [argvKey(command.run), command.run] as const);
  return { commands, elsewhere: [...new Map(elsewhere.toSorted(compareKeys)).values()] };
}

/** What is still owed after a run: what failed, and what waits for another place. Of packages that are gone, nothing. */
export function planPending(input: AfterInput, failed: readonly PlannedCommand[]): PendingCommand[] {
  const stated = statedKeys(input.sources);
  return [
    ...failed.filter(({ argv }) => stated.has(argvKey(argv))).map(asPending),
    ...(input.pending ?? []).filter(({ place }) => place !== input.place),
  ];
}

/** The same command as it stands in the journal. */
export function asPending({ again: _again, why: _why, ...command }: PlannedCommand): PendingCommand {
  return command;
}

function wishesOf(source: CommandSource, changes: AfterInput['changes']): { command: AfterCommand; wish: Wish }[] {
  return source.commands.flatMap((command, index) => {
    const matches = compileGlobs(command.paths);
    const paths = changes.map(({ path }) => path).filter(matches);
    if (paths.length === 0) return [];
    const { run: argv, timeoutSeconds, order } = command;
    const packages = [source.package];
    return [{ command, wish: { argv, timeoutSeconds, order, packages, paths, place: 'system', again: false, index } }];
  });
}

// A package that has mended or dropped its command is not haunted by the old one.
function pendingWishes({ sources, pending = [], place }: AfterInput): Wish[] {
  const names = new Set(sources.map((source) => source.package));
  return pending
    .filter((command) => command.place === place)
    .flatMap((command): Wish[] => {
      const key = argvKey(command.argv);
      const current = sources.flatMap((source) =>
        source.commands
          .map((stated, index) => ({ stated, index }))
          .filter(({ stated }) => argvKey(stated.run) === key && stated.in.includes(place))
          .map(({ stated: { timeoutSeconds, order }, index }) => {
            return { packages: [source.package], timeoutSeconds, order, index };
          }),
      );
      if (current.length > 0) return current.map((stated) => ({ ...command, ...stated, again: true }));
      return command.packages.some((name) => names.has(name)) ? [] : [{ ...command, again: true, index: 0 }];
    });
}

function statedKeys(sources: readonly CommandSource[]): Set<string> {
  return new Set(sources.flatMap(({ commands }) => commands.map(({ run }) => argvKey(run))));
}

function joinWishes(wishes: readonly Wish[]): PlannedCommand {
  const [first] = wishes;
  if (first === undefined) throw new Error('a command that nobody asks for');
  const unique = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();
  const joined = {
    argv: first.argv,
    timeoutSeconds: Math.max(...wishes.map(({ timeoutSeconds }) => timeoutSeconds)),
    order: first.order,
    packages: unique(wishes.flatMap(({ packages }) => packages)),
    paths: unique(wishes.flatMap(({ paths }) => paths)),
    place: first.place,
    again: wishes.some(({ again }) => again),
  };
  return { ...joined, why: explainWhy(joined) };
}

function explainWhy({ packages, paths, again }: Pick<PlannedCommand, 'packages' | 'paths' | 'again'>): string {
  const [first = ''] = paths;
  const more = paths.length === 1 ? '' : ` and ${paths.length - 1} more`;
  const earlier = again ? '; owed by an earlier run' : '';
  // Reports carry it, and a path may have 4,000 characters.
  const shown = first.length > 200 ? `${first.slice(0, 199)}…` : first;
  return `/${shown}${more} changed (${packages.slice(0, 5).join(', ')}${earlier})`;
}

function compareWishes(left: Wish, right: Wish): number {
  return (
    left.order - right.order ||
    compareTexts(left.packages[0] ?? '', right.packages[0] ?? '') ||
    left.index - right.index ||
    compareTexts(argvKey(left.argv), argvKey(right.argv))
  );
}

const compareKeys = ([left]: readonly [string, Argv], [right]: readonly [string, Argv]): number =>
  compareTexts(left, right);

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const argvKey = (argv: Argv): string => JSON.stringify(argv);
