// A new job's package files. In: an action. Out: nothing; they are here, are what the action says, and stay a while. Never: lets a job begin
// whose hosts would ask for what is not there, or were told another package than is in the file.
import type { Action, PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import type { PackageFile } from '../../contract/fleet/api/package-files.ts';
import type { Fleet } from '../fleet.ts';
import { filesOfAction } from '../jobs/action-kinds.ts';
import { OperationError } from '../operations/operation-error.ts';

/** @throws OperationError for the first file that is not so */
export async function requirePackageFiles({ packageFiles, now }: Fleet, action: Action): Promise<void> {
  for (const wanted of filesOfAction(action)) {
    const found = await packageFiles?.store.find(wanted.sha256);
    if (found === undefined) {
      throw new OperationError(
        'bad-input',
        `the server has no package file ${wanted.fileName} with SHA-256 ${wanted.sha256}`,
        {
          hint: 'gutinteg fleet file add FILE sends it, gutinteg fleet file list shows what is there',
        },
      );
    }
    const different = fields.filter((field) => wanted[field] !== found[field]);
    if (different.length > 0) {
      const words = different.map((field) => `its ${field} is ${found[field]}, and not ${wanted[field]}`);
      throw new OperationError('bad-input', `${wanted.fileName}: ${words.join('; ')}`);
    }
    await packageFiles?.store.touch(wanted.sha256, new Date(now()));
  }
}

const fields = ['bytes', 'fileName', 'name', 'version', 'arch'] as const satisfies readonly (keyof PackageFile &
  keyof PackageFileSource)[];
