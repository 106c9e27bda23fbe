// A full disk must not fill the report. In: messages of single paths. Out: fewer, and only names that a person knows.
// Never: I/O.

const CAUSES = {
  EROFS: 'the file system is read-only',
  ENOSPC: 'the file system is full',
  EDQUOT: 'the quota is used up',
  EIO: 'the disk has an error',
} as const;

// Directories are open while a run goes on, and calls go by way of them: a person knows none of these names.
const OPEN_DIRECTORY = /\/proc\/self\/fd\/\d+\//g;

/** Of errors that all have one such cause, the first is said in full and the others are counted. */
export function groupErrors(messages: readonly string[]): string[] {
  const errors = messages.map((message) => message.replaceAll(OPEN_DIRECTORY, ''));
  const counts = new Map<keyof typeof CAUSES, number>();
  const said = errors.filter((error) => {
    const cause = /\b(EROFS|ENOSPC|EDQUOT|EIO)\b/.exec(error)?.[1] as keyof typeof CAUSES | undefined;
    if (cause === undefined) return true;
    const count = (counts.get(cause) ?? 0) + 1;
    counts.set(cause, count);
    return count === 1;
  });
  const more = [...counts].filter(([, count]) => count > 1);
  return [
    ...said,
    ...more.map(
      ([cause, count]) => `${count - 1} more ${count === 2 ? 'path' : 'paths'} could not be updated: ${CAUSES[cause]}`,
    ),
  ];
}
