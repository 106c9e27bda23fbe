// A file of a local directory, copied or hard-linked beside its place. In: one wanted file. Out: it is staged.
// Never: stages bytes other than the ones that were merged; follows a link at the end of the source's path.
import { lstatSync } from 'node:fs';
import { UserError } from '../../lib/errors.ts';
import { beginFile, completeFile, discard, stage, temporaryPath, writeBytes } from './stage-files.ts';
import type { Staging } from './stage-files.ts';
import { inodeOf } from '../tree/path-stat.ts';
import type { Content, WantedFile } from '../tree/tree.ts';
import { tryLink } from '../filesystem/try-link.ts';
import { copyTreeFile } from '../contents/tree-source.ts';

/** Stages a file of kind `tree`. @throws UserError when the source is no longer what it was */
export function stageTreeFile(staging: Staging, file: WantedFile, content: Extract<Content, { kind: 'tree' }>): void {
  if (content.linkTo !== undefined && linkSource(staging, file.path, content)) {
    stage(staging, file, 0);
    return;
  }
  beginFile(staging, file);
  copyTreeFile(content, (bytes, position) =>
    writeBytes(staging, file, bytes, { offset: 0, length: bytes.length, position }),
  );
  completeFile(staging, file);
}

function linkSource(staging: Staging, path: string, content: Extract<Content, { kind: 'tree' }>): boolean {
  const temporary = staging.target.at(temporaryPath(path));
  const source = `${content.root}/${content.path}`;
  discard(staging, path);
  if (!tryLink(source, temporary)) return false;
  const { ino, size, mtimeNs } = lstatSync(temporary, { bigint: true });
  const { linkTo } = content;
  if (inodeOf(ino) === linkTo?.inode && Number(size) === linkTo.sizeBytes && mtimeNs === linkTo.mtimeNs) return true;
  discard(staging, path);
  throw new UserError(`${source} changed while it was being linked`, { hint: 'link the package again' });
}
