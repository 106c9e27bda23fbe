// What is kept of a machine's report: all of it, or, when it is large, what tells most. In: a report. Out: one that
// takes at most a mebibyte as JSON. Pure.
import type { Report } from '../../contract/report.ts';
import { MiB } from '../../lib/bytes.ts';

const MAX_KEPT_BYTES = MiB;

/** What is left out, step by step, until the rest is small enough; the counts in the report stay those of all of it. */
const CUTS: readonly { readonly what: string; readonly cut: (report: Report) => Report }[] = [
  {
    what: 'what commands printed',
    cut: (report) => ({ ...report, ...withCommands(report, (command) => ({ ...command, output: '' })) }),
  },
  { what: 'the facts of the system', cut: ({ system: _facts, ...report }) => report },
  { what: 'all but 100 changes', cut: (report) => ({ ...report, changes: report.changes.slice(0, 100) }) },
  { what: 'the commands', cut: ({ commands: _all, ...report }) => report },
  {
    what: 'all but 10 changes, errors and notices',
    cut: ({ data: _kept, ...report }) => ({
      ...report,
      changes: report.changes.slice(0, 10),
      errors: report.errors.slice(0, 10),
      notices: report.notices.slice(0, 10),
    }),
  },
];

/** @returns a report of at most 1 MiB; a notice in it says what was left out. */
export function boundReport(report: Report): Report {
  const sizeBytes = bytesOf(report);
  if (sizeBytes <= MAX_KEPT_BYTES) return report;
  let kept = report;
  const left: string[] = [];
  for (const { what, cut } of CUTS) {
    kept = cut(kept);
    left.push(what);
    if (bytesOf(kept) <= MAX_KEPT_BYTES - MAX_NOTICE_BYTES) break;
  }
  const notice = `this report had ${sizeBytes} bytes; the server left out ${left.join(', ')}`;
  return { ...kept, notices: [...kept.notices.slice(0, 99), notice] };
}

const MAX_NOTICE_BYTES = 2000;

const bytesOf = (report: Report): number => Buffer.byteLength(JSON.stringify(report));

type Command = NonNullable<Report['commands']>[number];

function withCommands({ commands }: Report, change: (command: Command) => Command): Pick<Report, 'commands'> {
  return commands === undefined ? {} : { commands: commands.map(change) };
}
