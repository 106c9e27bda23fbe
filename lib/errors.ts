// The errors that users see. Only bin/ turns them into text on stderr and an exit code.
// In: what was being done, to which thing, what was found. Out: one Error object. Never: exits, prints.

/** Exit codes of every command: 1 the operation failed, 2 bad input, 3 differences or destruction found. */
export type ExitCode = 1 | 2 | 3;

/**
 * A failure that is explained to the user without a stack trace.
 * `message` says what was being done to which thing and what was found; `hint` names the next command to try.
 */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, options: { exitCode?: ExitCode; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
    this.hint = options.hint;
  }
}

/** One fault in a text or document that a user wrote. `line` and `column` count from 1. */
export type Fault = {
  readonly severity: 'error' | 'warning';
  /** The file as the user knows it, or a path inside a document such as `disks.0.serial`. */
  readonly where: string;
  readonly line?: number;
  readonly column?: number;
  /** What is wrong, in one sentence without a final full stop. */
  readonly message: string;
  /** The offending line of text; with `column` a caret is drawn below it. */
  readonly text?: string;
  /** How to mend it: `did you mean standard-client?` */
  readonly suggestion?: string;
};

/** All the faults of one input, thrown together. Exit code 2 unless another is given. */
export class FaultsError extends UserError {
  override readonly name = 'FaultsError';
  readonly faults: readonly Fault[];

  constructor(what: string, faults: readonly Fault[], options: { hint?: string; exitCode?: ExitCode } = {}) {
    super(`${what}: ${countFaults(faults)}\n${faults.map(formatFault).join('\n')}`, {
      exitCode: 2,
      ...options,
    });
    this.faults = faults;
  }
}

/** `2 faults, 1 warning`; warnings are named only where there are any. */
function countFaults(faults: readonly Fault[]): string {
  const warnings = faults.filter(({ severity }) => severity === 'warning').length;
  const errors = faults.length - warnings;
  const ofWarnings = `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  return `${errors} ${errors === 1 ? 'fault' : 'faults'}${warnings === 0 ? '' : ofWarnings}`;
}

// oxlint-disable-next-line no-control-regex -- they are what is looked for; a tab keeps its width
const CONTROL_CHARACTERS = /[\0-\x08\x0a-\x1f\x7f-\x9f]/g;

/**
 * `hosts.db:3:8: error: unknown parent 'standrad'` with the line and a caret below it.
 */
export function formatFault(fault: Fault): string {
  const place = [fault.where, fault.line, fault.column].filter((part) => part !== undefined).join(':');
  const lines = [`${place}: ${fault.severity}: ${fault.message}`];
  if (fault.text !== undefined) {
    const { text, column } = excerpt(fault.text, fault.column);
    // What a file holds must not be able to steer the terminal that shows the fault.
    lines.push(`    ${text.replaceAll(CONTROL_CHARACTERS, '?')}`);
    if (column !== undefined) {
      lines.push(`    ${text.slice(0, column - 1).replaceAll(/[^\t]/g, ' ')}^`);
    }
  }
  if (fault.suggestion !== undefined) lines.push(`    ${fault.suggestion}`);
  return lines.join('\n');
}

const LONGEST_LINE = 400;

/** A line of thousands of characters, with thousands of faults, would fill a terminal for minutes. */
function excerpt(text: string, column: number | undefined): { text: string; column: number | undefined } {
  if (text.length <= LONGEST_LINE) return { text, column };
  const start = Math.max(0, (column ?? 1) - 1 - LONGEST_LINE / 2);
  const lead = start === 0 ? '' : '…';
  const cut = text.slice(start, start + LONGEST_LINE);
  const tail = start + LONGEST_LINE < text.length ? '…' : '';
  return { text: `${lead}${cut}${tail}`, column: column === undefined ? undefined : column - start + lead.length };
}

/** The message of anything that was thrown, with its chain of causes. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`;
  return error.message + cause;
}

/** The same, and the next command to try, for a report that nobody can ask for more. */
export function describeWithHint(error: unknown): string {
  const hint = error instanceof UserError && error.hint !== undefined ? `; try: ${error.hint}` : '';
  return describeError(error) + hint;
}
