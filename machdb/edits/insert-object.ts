import { trimStart } from '../statements.ts';
import { describeHeader } from './change-lines.ts';
import { insertLines, noteChange, objectsOf } from './draft.ts';
import type { Draft, DraftFile } from './draft.ts';
import type { ScannedObject } from './scan-objects.ts';

type NewText = {
  readonly file: DraftFile;
  readonly name: string;
  /** The header and what belongs to it. */
  readonly texts: readonly [string, ...string[]];
  /** The object to put it behind; behind the last one of the file otherwise. */
  readonly behind?: ScannedObject;
};

/** Puts a new object into a file, with a blank line before it where the objects around have one. */
export function insertObject(draft: Draft, { file, name, texts, behind }: NewText): void {
  const objects = objectsOf(file);
  const neighbour = behind ?? objects.at(-1);
  const at = neighbour?.end ?? endOfText(file);
  const separated =
    neighbour === undefined ? at > 0 && !hasEmptyLine(file, at - 1, at) : isSeparated(file, objects, neighbour);
  const inserted = insertLines(draft, file, at, separated ? ['', ...texts] : texts);
  const line = inserted[separated ? 1 : 0];
  if (line === undefined) throw new Error('a line was inserted');
  const object = objectsOf(file).find(({ header }) => header.first === file.lines.indexOf(line));
  noteChange(draft, { file, at: line, object: name, now: object === undefined ? texts[0] : describeHeader(object) });
}

/** Whether a blank line stands behind this object or, at the end of the file, before it; so it is for a lone object. */
function isSeparated(file: DraftFile, objects: readonly ScannedObject[], object: ScannedObject): boolean {
  const index = objects.indexOf(object);
  const previous = objects[index - 1];
  const behind = file.lines[object.end];
  if (behind !== undefined && trimStart(behind.text) !== '') return false;
  if (objects[index + 1] !== undefined) return true;
  return previous === undefined || hasEmptyLine(file, previous.end, object.header.first);
}

function hasEmptyLine(file: DraftFile, from: number, to: number): boolean {
  return file.lines.slice(from, to).some(({ text }) => trimStart(text) === '');
}

/** Behind the last line; a final line feed stays final. */
function endOfText(file: DraftFile): number {
  return file.lines.at(-1)?.text === '' ? file.lines.length - 1 : file.lines.length;
}
