// From a tar archive to a tree. In: its bytes, an empty directory. Out: the tree, and its members as they were
// unpacked, in the order of the archive. Never: removes the tree of a refused archive: the caller does.
import { FaultsError, UserError } from '../../lib/errors.ts';
import { openTarget } from '../../packagelink/filesystem/confined-directory.ts';
import type { ByteSource } from './byte-source.ts';
import type { Deadline } from './deadline.ts';
import type { ImportLimits } from './limits.ts';
import { createMemberPlanner } from './plan-members.ts';
import type { PlannedMember } from './plan-members.ts';
import { readMembers } from './tar/read-members.ts';
import { settleDirectories, unpackMember } from './unpack-members.ts';

type UnpackInput = {
  readonly source: ByteSource;
  readonly dir: string;
  readonly limits: ImportLimits;
  readonly deadline: Deadline;
};

/** @throws FaultsError with every member that is refused; UserError beyond a limit, and for a damaged archive */
export async function unpackTar({ source, dir, limits, deadline }: UnpackInput): Promise<PlannedMember[]> {
  const planner = createMemberPlanner(source.what, limits);
  const tree = openTarget(dir);
  const unpacked = new Map<string, PlannedMember>();
  const unpacking = { source, tree, made: new Set<string>(), pause: deadline.pause };
  try {
    for (const member of readMembers(source)) {
      await deadline.pause();
      const planned = planner.add(member);
      // The rest is read for its faults alone.
      if (planned === undefined || planner.faults.length > 0) continue;
      unpacked.set(planned.path, await unpackMember(planned, unpacking));
    }
    if (planner.faults.length > 0)
      throw new FaultsError(`importing ${source.what}: nothing was changed`, planner.faults);
    if (unpacked.size === 0) throw new UserError(`importing ${source.what}: the archive is empty`, { exitCode: 2 });
    const directories = settleDirectories([...unpacked.values()], tree);
    return [...unpacked.values()].map((member) => directories.get(member.path) ?? member);
  } finally {
    tree.close();
  }
}
