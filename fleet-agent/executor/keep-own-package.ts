// A host that loses gutinteg-fleet tells nobody how its order ended, and takes no other one. In: what an order would change. Out: the same.
// Pure.
import { AGENT_PACKAGE } from '../../contract/fleet/jobs/action.ts';
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import { UserError } from '../../lib/errors.ts';

/** @throws UserError when the program itself would go, by name or with what it depends on */
export function keepOwnPackage(changes: PackageChangeRecord[]): PackageChangeRecord[] {
  if (!changes.some(({ name, after }) => name === AGENT_PACKAGE && after === null)) return changes;
  throw new UserError(
    `it would remove ${AGENT_PACKAGE}, and nobody would hear how that ended, so nothing was changed`,
    {
      hint: `remove ${AGENT_PACKAGE} on the host itself, and then: gutinteg fleet take-out HOST`,
    },
  );
}
