// Why dnf or rpm failed, in their own words. In: what they printed. Out: lines. Pure.

/** `error: ` of rpm, `Error: ` of dnf; and what dnf 4 says, and advises, when the plugin that has a command is not installed. */
const ERROR = /^(?:(?:error|Error)\b[: ]|No such command: |It could be a DNF plugin command)/;

/** Each error, with the lines that are indented below it: `Error: Transaction test error:`, `installing package … needs 1MB more …`. */
export function failureLines(output: string): string[] {
  const found: string[] = [];
  let isWithin = false;
  for (const line of output.split('\n')) {
    isWithin = ERROR.test(line) || (isWithin && /^\s+\S/.test(line));
    if (isWithin) found.push(line.trim());
  }
  return [...new Set(found)];
}
