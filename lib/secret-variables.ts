// Which variables have values that few may see. In: names, lines. Out: verdicts, lines without the values. Never: I/O.

/** `<name>_SECRET`: refused, as nothing keeps secrets. */
export function isSecret(variable: string): boolean {
  return variable.endsWith('_SECRET');
}

/**
 * Whether its value is shown to nobody but who edits the database and the machine itself: secrets, and hashes of
 * passwords, of which short ones can be guessed.
 */
export function isHidden(variable: string): boolean {
  return isSecret(variable) || variable.endsWith('_PASSWORD_HASH');
}

/** A value as a message may show it. */
export function showValue(variable: string, value: string): string {
  return isHidden(variable) || /PRIVATE KEY/.test(value) ? '(hidden)' : `'${value}'`;
}

/** A line of the database as it may be printed. */
export function hideValue(line: string): string {
  return line.replace(/^([ \t]*(\w+)[ \t]*[-+]?=).*/, (whole, head: string, variable: string) =>
    isHidden(variable) || /PRIVATE KEY/.test(whole) ? `${head}(hidden)` : whole,
  );
}
