// Statuses as plain text. In: what the control socket answers. Out: lines. Never: I/O, the clock.
import { describeConsent } from '../consent.ts';
import { describeHostKey, isHostKey } from '../../lib/host-key.ts';
import type { AllAnswer, StatusAnswer, SummaryAnswer } from '../../contract/control.ts';

/** A table of all machines, the MAC addresses that asked and are in no record, and how the database is. */
export function renderAll(all: AllAnswer): string {
  const rows = all.machines.map((machine) => [
    machine.name,
    stateWords(machine),
    agoColumn(machine),
    machine.reason ?? '',
  ]);
  const table = renderTable([['MACHINE', 'STATE', 'SINCE', 'REASON'], ...rows]);
  const machines = all.machines.length === 0 ? 'no machine has been seen or armed yet\n' : table;
  const unknown = all.unknown.map(({ mac, lastAtMs }) => `  ${mac}  ${clock(lastAtMs)}\n`);
  const strangers =
    unknown.length === 0
      ? ''
      : `\nnetwork cards that were seen and are in no record (MAC, last seen):\n${unknown.join('')}`;
  return `${machines}${strangers}\n${renderDatabase(all.database)}${renderState(all.state)}`;
}

function renderDatabase({ machines, readAtMs, reading, fault }: AllAnswer['database']): string {
  const read = `${machines} ${machines === 1 ? 'machine' : 'machines'}, read ${clock(readAtMs)}`;
  if (fault === null) return `machine database: ${read}${reading ? '; it has changed and is being read' : ''}\n`;
  const lines = [
    `MACHINE DATABASE: not sound since ${clock(fault.sinceMs)}; the last sound version is in force (${read})`,
    ...fault.message.split('\n').map((line) => `  ${printable(line)}`),
    ...(fault.hint === null ? [] : [`  try: ${printable(fault.hint)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Nothing while all is well and nothing was left out. */
function renderState({ fault, ...counts }: AllAnswer['state']): string {
  const missing = COUNTS.filter(({ name }) => counts[name] > 0).map(({ name, what }) => `  ${counts[name]} ${what}\n`);
  const since = missing.length === 0 ? '' : `since the server started:\n${missing.join('')}`;
  if (fault === null) return since;
  const lines = [
    `SERVER STATE: not recorded since ${clock(fault.sinceMs)}; DHCP, kernel and packs go on, nothing is installed`,
    `  ${printable(fault.message)}`,
    ...(fault.hint === null ? [] : [`  try: ${printable(fault.hint)}`]),
  ];
  return `${lines.join('\n')}\n${since}`;
}

const COUNTS = [
  { name: 'lost', what: 'things could not be recorded' },
  { name: 'linesLeftOut', what: 'lines were left out of timelines that are full' },
  { name: 'logLeftOut', what: 'lines were left out of the log' },
  { name: 'packetsDropped', what: 'DHCP packets of strangers were dropped, as there were too many' },
] as const;

/** Where the machine is now, what it waits for, and everything that happened in its current attempt. */
export function renderStatus(status: StatusAnswer): string {
  const head = [
    `${status.name}: ${stateWords(status)} since ${clock(status.changedAtMs)}`,
    ...(status.reason === null ? [] : [`  why: ${printable(status.reason)}`]),
    ...(status.state === 'installing' ? nowLine(status) : []),
    `  waiting for: ${status.waitingFor}`,
    ...describeConsent(status).map((may) => `  ${may}`),
    `  machine id: ${status.machineId}, MAC ${status.macs.join(' ')}`,
    ...(status.lastReport?.report.hostKeys ?? []).filter(isHostKey).map((key) => `  host key: ${describeHostKey(key)}`),
  ];
  return [...head, '', ...renderTimeline(status.timeline), ''].join('\n');
}

function nowLine(status: StatusAnswer): string[] {
  const heard = status.timeline.at(-1);
  if (status.lastStep === null || heard === undefined) return [];
  return [`  now: ${printable(status.lastStep)}; last heard of at ${clock(heard.lastAtMs)}`];
}

/** Times are seconds since the first line, which makes stalls easy to see. */
function renderTimeline(timeline: StatusAnswer['timeline']): string[] {
  const [first] = timeline;
  if (first === undefined) return ['nothing has happened yet'];
  const lines = timeline.map((entry) => {
    const seconds = ((entry.atMs - first.atMs) / 1000).toFixed(1).padStart(8);
    const times = entry.count === 1 ? '' : ` (${entry.count} times, last at ${clock(entry.lastAtMs)})`;
    return `${seconds} s  ${entry.source.padEnd(9)}  ${printable(entry.text)}${times}`;
  });
  return [`timeline from ${clock(first.atMs)}:`, ...lines];
}

function stateWords(machine: SummaryAnswer): string {
  if (machine.state !== 'installing') return machine.state;
  return `installing (attempt ${machine.attempts} of ${machine.attemptsAllowed})`;
}

const agoColumn = (machine: SummaryAnswer): string => clock(machine.changedAtMs);

/** UTC, so that the text is the same wherever it is made. */
const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** What machines say of themselves must not move the cursor of who reads it. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ');

function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
