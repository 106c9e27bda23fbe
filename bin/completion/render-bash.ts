import type { CommandDescription, ValueDescription } from './describe-program.ts';

type BashCompletion = {
  /** Name of the command that is completed. */
  readonly program: string;
  /** Absolute path of the program that is asked for names of the site. */
  readonly path: string;
  readonly commands: readonly CommandDescription[];
  /** The text of complete.bash. */
  readonly engine: string;
};

/**
 * The completion script: two tables made from the commands, `_PROGRAM_at` and `_PROGRAM_value`, and the functions of
 * complete.bash that read them.
 */
export function renderBash({ program, path, commands, engine }: BashCompletion): string {
  return `# bash completion of ${program}, made by \`${program} completion bash\`.

# What may follow the command with this path: sets path (without aliases), commands and options.
_${program}_at() {
  case $1 in
${commands.map(renderCommand).join('\n')}
    *) return 1 ;;
  esac
}

# What the value of an option, or the argument with this number, may be: sets arity, kind and choices.
_${program}_value() {
  arity=one kind='' choices=()
  case "$1 $2" in
${commands.flatMap(renderValues).join('\n')}
    *) return 1 ;;
  esac
}

# Asks the database for words of a kind that begin with a text.
_${program}_words() {
  ${quote(path)} completion words "$1" --site="$2" --prefix="$3" 2>/dev/null </dev/null
}

${engine.replaceAll('PROGRAM', program)}`;
}

function renderCommand({ path, spellings, commands, options }: CommandDescription): string {
  const sets = [
    `path=${quote(joinPath(path))}`,
    `commands=(${quoteAll(commands)})`,
    `options=(${quoteAll(options.flatMap((option) => option.spellings))})`,
  ];
  return `    ${spellings.map((spelling) => quote(joinPath(spelling))).join(' | ')}) ${sets.join(' ')} ;;`;
}

function renderValues({ path, options, arguments: positions }: CommandDescription): string[] {
  const command = joinPath(path);
  const ofOptions = options.flatMap(({ spellings, value }) =>
    value === undefined
      ? []
      : [`    ${spellings.map((spelling) => quote(`${command} ${spelling}`)).join(' | ')}) ${renderValue(value)} ;;`],
  );
  const ofArguments = positions.map((value, index) => {
    // The last argument may take any number of words; the ones before it have been dealt with in the lines above.
    const pattern = value.arity === 'many' ? `${quote(`${command} `)}[0-9]*` : quote(`${command} ${index}`);
    return `    ${pattern}) ${renderValue(value)} ;;`;
  });
  return [...ofOptions, ...ofArguments];
}

function renderValue({ arity, choices, kind }: ValueDescription): string {
  return `arity=${arity} kind=${kind ?? "''"} choices=(${quoteAll(choices)})`;
}

/** ` image build`: each word with a blank before it, so that a path can grow by a word. */
function joinPath(path: readonly string[]): string {
  return path.map((word) => ` ${word}`).join('');
}

function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
