// Edits of the text of a machine database.
// In: a directory, a plan and the checks of the site. Out: what was written where, or the faults that the edit would
// have caused. Never: leaves a half-written file, changes a byte that was not asked for, or makes the database less
// sound.
import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import { lockDirectory } from '../../lib/lock-directory.ts';
import type { RecordCheck } from '../types.ts';
import type { EditPlan, MachdbFile } from './draft.ts';
import { findNewFaults } from './find-new-faults.ts';
import { listNames, readFiles, removeLeftovers } from './read-files.ts';
import type { ReadFile } from './read-files.ts';
import { writeFiles } from './write-files.ts';

export type Edit = {
  /** What is being done, for errors: `setting IP of lab07`. */
  readonly what: string;
  readonly plan: (files: readonly MachdbFile[]) => EditPlan;
  /** A file that may not exist yet. */
  readonly newFile?: string;
  readonly renamed?: { readonly from: string; readonly to: string };
  /** What to try when the edit brings faults. */
  readonly hint?: (files: readonly MachdbFile[]) => string | undefined;
};

export type EditResult = EditPlan & { readonly written: boolean; readonly warnings: readonly Fault[] };

type EditOptions = {
  /** The directory of the *.db files. */
  readonly dir: string;
  readonly checks: readonly RecordCheck[];
  /** Plan and check, but neither lock nor write. */
  readonly dryRun: boolean;
};

const LOCK_WAIT_SECONDS = 60;
const MOST_FAULTS = 100;

/**
 * Plans an edit on the files as they are, checks what would become of them, and writes it.
 * @throws FaultsError when the edit would bring a fault that is not there yet; UserError when it cannot be planned,
 * another edit does not end, or a file cannot be written. Nothing is changed then.
 */
export async function editMachdb(edit: Edit, { dir, checks, dryRun }: EditOptions): Promise<EditResult> {
  if (dryRun) {
    const read = await readFiles(dir);
    const planned = planChecked(edit, withNewFile(read, edit), checks);
    refuseOtherBytes(planned, read);
    return { ...planned, written: false };
  }
  // A directory that is not there should not be called one that cannot be locked.
  await listNames(dir);
  await using lock = await lockDirectory(dir, LOCK_WAIT_SECONDS);
  await removeLeftovers(dir);
  const read = await readFiles(dir);
  const planned = planChecked(edit, withNewFile(read, edit), checks);
  if (planned.files.length === 0) return { ...planned, written: false };
  refuseOtherBytes(planned, read);
  await writeFiles({ dir, read, changed: planned.files, isLocked: lock.isHeld });
  return { ...planned, written: true };
}

/** What is not UTF-8 would come out as other bytes than it went in. */
function refuseOtherBytes({ files }: EditPlan, read: readonly ReadFile[]): void {
  const changed = new Set(files.map(({ path }) => path));
  const other = read.find(({ path, bytes, text }) => changed.has(path) && !bytes.equals(Buffer.from(text ?? '')));
  if (other === undefined) return;
  const message = `${other.path} is not UTF-8 and cannot be edited; nothing was changed`;
  throw new UserError(message, { exitCode: 2, hint: 'machdb check' });
}

function planChecked(
  edit: Edit,
  files: readonly MachdbFile[],
  checks: readonly RecordCheck[],
): EditPlan & { warnings: readonly Fault[] } {
  const plan = edit.plan(files);
  if (plan.files.length === 0) return { ...plan, warnings: [] };
  const { errors, warnings } = findNewFaults(plan, { files, checks, ...(edit.renamed && { renamed: edit.renamed }) });
  if (errors.length === 0) return { ...plan, warnings };
  const hint = edit.hint?.(files);
  const what = `${edit.what} would make the machine database faulty; nothing was changed`;
  throw new FaultsError(what, errors.slice(0, MOST_FAULTS), hint === undefined ? {} : { hint });
}

function withNewFile(files: readonly ReadFile[], { newFile }: Edit): MachdbFile[] {
  if (newFile === undefined || files.some(({ path }) => path === newFile)) return [...files];
  return [...files, { path: newFile, text: undefined }].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
