// Answers of hosts as text. In: a message of the contract. Out: lines and cells. Never: I/O.
import type { Message, PackageFile } from '../../../contract/fleet/tasks.ts';
import type { showTask } from '../../../contract/fleet/api/tasks.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import { agoText, timeText } from './times.ts';

export const FILE_HEADER = ['TYPE', 'MODE', 'OWNER', 'GROUP', 'BYTES', 'STATE', 'PATH'] as const;

export const fileCells = (file: PackageFile): string[] => [
  file.type,
  file.mode,
  file.owner,
  file.group,
  file.type === 'file' ? String(file.sizeBytes) : '',
  [file.status, ...(file.differs.length === 0 ? [] : [`(${file.differs.join(', ')})`])].join(' '),
  file.target === undefined ? file.path : `${file.path} -> ${file.target}`,
];

export function detailLines({ details }: Extract<Message, { kind: 'details' }>): string[] {
  const { name, version, architecture, summary, description, vendor, installedBytes, installedAt } = details;
  const fields = [
    ['class', details.class],
    ['vendor', vendor],
    ['size', `${installedBytes.toLocaleString('en-US')} bytes`],
    ['installed', installedAt === undefined ? '' : timeText(installedAt * 1000)],
  ] as const;
  return [
    `${name} ${version} (${architecture}): ${summary}`,
    ...fields.filter(([, value]) => value !== '').map(([field, value]) => `  ${`${field}:`.padEnd(11)}${value}`),
    ...(description === '' ? [] : description.split('\n').map((line) => `  ${line}`.trimEnd())),
  ];
}

/** Each file as it is, with its name above. */
export const sourceLines = ({ sources }: Extract<Message, { kind: 'sources' }>): string[] =>
  sources.length === 0
    ? ['it has no file of sources']
    : sources.flatMap(({ file, text }) => [
        `${file}:`,
        ...text
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`.trimEnd()),
      ]);

/** Below the table. */
export function countFiles({ files, total }: Extract<Message, { kind: 'files' }>): string {
  const count = (...of: readonly PackageFile['status'][]): number =>
    files.filter(({ status }) => of.includes(status)).length;
  const unknown = count('unknown');
  return [
    `${total} files, ${count('changed', 'missing')} not as installed`,
    ...(unknown > 0 ? [`, ${unknown} that gutinteg-fleet may not read`] : []),
    ...(total > files.length ? [`; the first ${files.length} were sent`] : []),
  ].join('');
}

type TaskState = Pick<OutputOf<typeof showTask>, 'state' | 'nextDueAt'>;

/** What is waited for, after the host's name. */
export function waitText({ state, nextDueAt }: TaskState, nowMs: number): string {
  if (state === 'held') return 'has the question, and has not answered yet';
  if (nextDueAt === null) return 'has never checked in';
  return `gets the question at its next check-in, due ${agoText(nextDueAt, nowMs)}`;
}
