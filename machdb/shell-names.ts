// Variables that belong to a shell. In: the name of a variable. Out: whether a value of the database may take its place.
// A name that is missing here costs a site a broken script, one too many a warning: the list holds what bash, dash, ksh,
// zsh and busybox refuse, compute, or act on by themselves.

const READ_ONLY = 'EUID PPID SHELLOPTS UID ARGC EGID GID HISTCMD LINENO TTYIDLE USERNAME status pipestatus signals';
const COMPUTED = `_ COPROC DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME GROUPS MAPFILE OPTARG OPTERR OPTIND PIPESTATUS RANDOM
  REPLY SECONDS SHLVL SRANDOM argv reply`;
// Where programs are found, how words are split, what is run at each prompt or trace, when the shell ends by itself.
const OBEYED = `CDPATH ENV EXECIGNORE FCEDIT FIGNORE FPATH GLOBIGNORE HOME IFS IGNOREEOF KEYTIMEOUT MAILCHECK MAILPATH NULLCMD
  OLDPWD PATH POSIXLY_CORRECT PROMPT PROMPT2 PROMPT3 PROMPT4 PROMPT_COMMAND PROMPT_DIRTRIM PS0 PS1 PS2 PS3 PS4 PWD
  READNULLCMD RPROMPT RPS1 TIMEFORMAT TMOUT cdpath fignore fpath histchars mailpath manpath module_path path prompt psvar
  watch`;
const NAMES = new Set([READ_ONLY, COMPUTED, OBEYED].flatMap((names) => names.split(/\s+/)));
const FAMILIES = /^(BASH|COMP_|DYLD_|HIST|KSH|LD_|READLINE_|ZSH|zsh)/;

/** Whether a shell that is given this variable may refuse it, ignore it, or behave otherwise from then on. */
export function belongsToShell(variable: string): boolean {
  return NAMES.has(variable) || FAMILIES.test(variable);
}
