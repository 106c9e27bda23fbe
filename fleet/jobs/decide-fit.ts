// Whether a host may do what it would do now, although its lists are not those that were planned. In: its changes, those that were
// approved. Out: what nobody has approved. Never: I/O.
import type { PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';

const keyOf = ({ name, arch, before, after }: PackageChangeRecord): string =>
  JSON.stringify([name, arch, before, after]);

/** A change is approved if the plan of any kind of inventory has it. @returns undefined when all are */
export function describeUnapproved(
  changes: readonly PackageChangeRecord[],
  approved: readonly (readonly PackageChangeRecord[])[],
): string | undefined {
  const known = new Set(approved.flat().map(keyOf));
  const others = changes.filter((change) => !known.has(keyOf(change)));
  const [first] = others;
  if (first === undefined) return undefined;
  const more = others.length > 1 ? `, and ${others.length - 1} more` : '';
  return `its packages have changed since the job was approved, and it would now change ${describeChange(first)}${more}`;
}

/** `openssl 3.0.9 to 3.0.11`. */
function describeChange({ name, before, after }: PackageChangeRecord): string {
  if (before === null) return `${name}, which would be new in ${after}`;
  return after === null ? `${name} ${before}, which would go` : `${name} ${before} to ${after}`;
}
