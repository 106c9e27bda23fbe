import { belongsToShell } from './shell-names.ts';

/** The forms in which a record can be printed. */
export const recordFormats = ['paper', 'json', 'shell', 'defines'] as const;

export type RecordFormat = (typeof recordFormats)[number];

type MachineRecord = Readonly<Record<string, string>>;

const formatters: Readonly<Record<RecordFormat, (name: string, record: MachineRecord) => string>> = {
  paper: formatPaper,
  json: formatJson,
  shell: (_name, record) => formatShell(record, ''),
  defines: formatDefines,
};

/**
 * Prints a record, with a final line end. No value can end its quotes early, whatever is in it.
 * - `paper`: `lab01.IP="10.77.0.101"`, a line each; `\` stands before `"` and `\`, control characters are `\xHH`
 * - `json`: one object, variable → value
 * - `shell`: `IP='10.77.0.101'`, a line each, for `eval "$(…)"`; without the variables that belong to the shell itself
 * - `defines`: `-DIP="10.77.0.101" …` on one line, for `eval "packagelink $(…)"`
 */
export function formatRecord(name: string, record: MachineRecord, format: RecordFormat): string {
  return formatters[format](name, record);
}

function formatPaper(name: string, record: MachineRecord): string {
  return formatLines(record, (variable, value) => `${name}.${variable}="${escapeForReaders(value)}"`);
}

function formatJson(_name: string, record: MachineRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** As `shell`, with `prefix` before the name of each variable. */
export function formatShell(record: MachineRecord, prefix: string): string {
  const settable = Object.entries(record).filter(([variable]) => !belongsToShell(prefix + variable));
  return formatLines(
    Object.fromEntries(settable),
    (variable, value) => `${prefix}${variable}='${value.replaceAll("'", String.raw`'\''`)}'`,
  );
}

/** The variables that formatShell leaves out. */
export function listShellsOwn(record: MachineRecord, prefix: string): string[] {
  return Object.keys(record).filter((variable) => belongsToShell(prefix + variable));
}

function formatDefines(_name: string, record: MachineRecord): string {
  const defines = Object.entries(record).map(
    ([variable, value]) => `-D${variable}="${value.replaceAll(/[\\"$`]/g, String.raw`\$&`)}"`,
  );
  return `${defines.join(' ')}\n`;
}

function formatLines(record: MachineRecord, formatLine: (variable: string, value: string) => string): string {
  const lines = Object.entries(record).map(([variable, value]) => formatLine(variable, value));
  return lines.map((line) => `${line}\n`).join('');
}

function escapeForReaders(value: string): string {
  const quoted = value.replaceAll(/[\\"]/g, String.raw`\$&`);
  return quoted.replaceAll(/\p{Cc}/gu, (char) => `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
}
