// The working copy that an edit is planned on.
// In: the texts of the files. Out: changed texts, and each change with its file and line. Never: I/O, checks.
import { trimEnd, trimStart } from '../statements.ts';
import { cutLines, pasteLines, spliceLines } from './lines.ts';
import type { Line, Splice } from './lines.ts';
import { scanObjects } from './scan-objects.ts';
import type { ScannedObject } from './scan-objects.ts';

/** A file of the database; `text` is undefined when it does not exist yet. */
export type MachdbFile = { readonly path: string; readonly text: string | undefined };

/** One statement that was written, changed or removed; `line` counts from 1, in the old text for what was removed. */
export type Change = {
  readonly file: string;
  readonly line: number;
  readonly object: string;
  /** Undefined when the change is of the header. */
  readonly variable?: string;
  /** The statement as it is now, `IP=10.77.0.7` or `lab07: lab`; undefined when it was removed. */
  readonly now?: string;
  readonly was?: string;
};

/** Something that was not changed and that the user should know of. */
export type Remark = { readonly file: string; readonly line: number; readonly text: string };

/** What an edit would do; `files` holds the changed ones, in the order in which they should be written. */
export type EditPlan = {
  readonly files: readonly ChangedFile[];
  readonly changes: readonly Change[];
  readonly remarks: readonly Remark[];
};

export type ChangedFile = MachdbFile & { readonly newText: string; readonly hunks: readonly LineChange[] };

/** Neighbouring lines that were replaced; `oldStart` and `newStart` count from 0. */
export type LineChange = {
  readonly oldStart: number;
  readonly newStart: number;
  readonly removed: readonly Line[];
  readonly added: readonly Line[];
};

export type DraftFile = MachdbFile & {
  /** The lines as they are now; those that are still the same objects as in `original` were not touched. */
  lines: readonly Line[];
  readonly original: readonly Line[];
  /** Found when asked for; undefined after a change of the lines. */
  objects: readonly ScannedObject[] | undefined;
};

export type Draft = {
  readonly files: readonly MachdbFile[];
  /** The files that were looked into, by path. */
  readonly opened: Map<string, DraftFile>;
  readonly changes: (Omit<Change, 'file' | 'line'> & DraftLine)[];
  readonly remarks: (Omit<Remark, 'file' | 'line'> & DraftLine)[];
  /** What became of a line that was replaced. */
  readonly successors: Map<Line, Line>;
};

type DraftLine = { readonly file: DraftFile; readonly at: Line };

export function openDraft(files: readonly MachdbFile[]): Draft {
  return { files, opened: new Map(), changes: [], remarks: [], successors: new Map() };
}

/** The file, cut into lines and objects; only files that an edit needs are opened: a site may have hundreds. */
export function openFile(draft: Draft, file: MachdbFile): DraftFile {
  const known = draft.opened.get(file.path);
  if (known !== undefined) return known;
  const { lines } = cutLines(file.text ?? '');
  const opened: DraftFile = { path: file.path, text: file.text, lines, original: lines, objects: undefined };
  draft.opened.set(file.path, opened);
  return opened;
}

/** The objects of a file as it is now. */
export function objectsOf(file: DraftFile): readonly ScannedObject[] {
  file.objects ??= scanObjects(file.lines);
  return file.objects;
}

/** Replaces lines and returns the new ones; what was known of the file's objects no longer holds. */
export function splice(draft: Draft, file: DraftFile, change: Splice): readonly Line[] {
  const { start, count, texts } = change;
  const before = file.lines;
  file.lines = spliceLines(before, change);
  file.objects = undefined;
  const grown = texts.length - count;
  for (const [index, line] of before.entries()) {
    const next = index < start + Math.min(count, texts.length) ? index : index + grown;
    const survives = index < start + Math.min(count, texts.length) || index >= start + count;
    const successor = survives ? file.lines[next] : undefined;
    if (successor !== undefined && successor !== line) draft.successors.set(line, successor);
  }
  return file.lines.slice(start, start + texts.length);
}

/** Puts lines in front of index `at`, between two statements. */
export function insertLines(draft: Draft, file: DraftFile, at: number, texts: readonly string[]): readonly Line[] {
  const last = trimStart(file.lines.at(-1)?.text ?? '');
  // A backslash at the very end of a file would take in what comes behind it.
  const continued = at === file.lines.length && !last.startsWith('#') && trimEnd(last).endsWith('\\');
  const inserted = splice(draft, file, { start: at, count: 0, texts: continued ? ['', ...texts] : texts });
  return inserted.slice(-texts.length);
}

/** Gives lines other texts, by index from 0. */
export function retext(draft: Draft, file: DraftFile, texts: ReadonlyMap<number, string>): void {
  file.lines = file.lines.map((line, index) => {
    const text = texts.get(index);
    if (text === undefined) return line;
    const successor = { text, end: line.end };
    draft.successors.set(line, successor);
    return successor;
  });
  file.objects = undefined;
}

/** Says what was done to the statement that begins at `at`. */
export function noteChange(draft: Draft, change: Draft['changes'][number]): void {
  draft.changes.push(change);
}

/** Ends the planning. */
export function closeDraft(draft: Draft): EditPlan {
  const opened = draft.files.map(({ path }) => draft.opened.get(path)).filter((file) => file !== undefined);
  return {
    files: opened
      .filter((file) => file.lines !== file.original)
      .map(changedFile)
      .filter(({ text, newText }) => newText !== text),
    // A line that was written and removed again is in neither text, and nobody's business.
    changes: draft.changes
      .map(({ file, at, ...rest }) => ({ ...placeOf(draft, file, at), ...rest }))
      .filter(({ line }) => line > 0),
    remarks: draft.remarks.map(({ file, at, ...rest }) => ({ ...placeOf(draft, file, at), ...rest })),
  };
}

function placeOf(draft: Draft, file: DraftFile, at: Line): { file: string; line: number } {
  let line = at;
  for (let next = draft.successors.get(line); next !== undefined; next = draft.successors.get(line)) line = next;
  const now = file.lines.indexOf(line);
  return { file: file.path, line: (now === -1 ? file.original.indexOf(at) : now) + 1 };
}

function changedFile({ path, text, lines, original }: DraftFile): ChangedFile {
  const { bom } = cutLines(text ?? '');
  const newText = pasteLines(bom, lines);
  if (bom === '') return { path, text, newText, hunks: findChanges(original, lines) };
  // To a diff the byte-order mark is a part of whatever line is the first.
  const [first, ...others] = original;
  const [newFirst, ...newOthers] = lines;
  const marked = first && { ...first, text: bom + first.text };
  const newMarked = newFirst === first ? marked : newFirst && { ...newFirst, text: bom + newFirst.text };
  if (marked === undefined || newMarked === undefined) throw new Error('a file has a line');
  return { path, text, newText, hunks: findChanges([marked, ...others], [newMarked, ...newOthers]) };
}

/** Lines that were not touched are the same objects: no search for what differs is needed. */
function findChanges(original: readonly Line[], lines: readonly Line[]): LineChange[] {
  const kept = new Set(lines);
  const changes: LineChange[] = [];
  for (let oldAt = 0, newAt = 0; oldAt < original.length || newAt < lines.length; oldAt += 1, newAt += 1) {
    const [oldStart, newStart] = [oldAt, newAt];
    while (oldAt < original.length && !kept.has(original[oldAt] as Line)) oldAt += 1;
    while (newAt < lines.length && lines[newAt] !== original[oldAt]) newAt += 1;
    if (oldAt === oldStart && newAt === newStart) continue;
    changes.push({
      oldStart,
      newStart,
      removed: original.slice(oldStart, oldAt),
      added: lines.slice(newStart, newAt),
    });
  }
  return changes;
}
