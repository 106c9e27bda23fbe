// A machine on one side of a comparison. In: a side, a name. Out: what decides its files, or why it has none. Never:
// lets a secret into what decides files; merges.
import { isSecret } from '../../lib/secret-variables.ts';
import { describeError, FaultsError, UserError } from '../../lib/errors.ts';
import { tryResolve } from '../../machdb/resolve.ts';
import type { Manifest } from '../../packagelink/package/manifest.ts';
import { variablesUsedBy } from '../../packagelink/merge/merge.ts';
import type { MergeInput } from '../../packagelink/merge/merge.ts';
import { imageOf, packagesOf } from '../packages.ts';
import { consolesOf } from '../settings.ts';
import type { FindPublished } from './published-packages.ts';
import type { DiffPackage, Side } from './read-side.ts';

export type MachineValues = Readonly<Record<string, string>>;

/** Brings image, packages and what is rendered for a machine together; it throws what no machine can be made of. */
export type PlanMerge = (input: {
  readonly name: string;
  readonly record: MachineValues;
  readonly image: DiffPackage;
  readonly packages: readonly DiffPackage[];
  readonly consoles: readonly string[];
}) => MergeInput;

export type MachineSide = {
  /** The whole record, secrets included: for comparison only. */
  readonly record: MachineValues;
  readonly image: string;
  /** By name, the image's and those that every machine has among them. */
  readonly packages: ReadonlyMap<string, DiffPackage>;
  readonly input: MergeInput;
};

/** Why a machine cannot be installed as it is described. */
export type Faulty = { readonly record: MachineValues; readonly faults: readonly string[] };

export type DescribeContext = {
  readonly findPublished: FindPublished;
  /** Published packages that a machine with this record gets besides its own. */
  readonly everywhere: (record: MachineValues) => readonly string[];
  readonly planMerge: PlanMerge;
};

/** Everything that decides a machine's files. */
export async function describeMachine(
  side: Side,
  name: string,
  context: DescribeContext,
): Promise<MachineSide | Faulty> {
  const { values, faults } = tryResolve(side.db, name);
  const record = Object.fromEntries(values);
  if (faults.length > 0) return { record, faults: faults.map(({ message }) => message) };
  try {
    return await describe(side, { name, record }, context);
  } catch (error) {
    if (error instanceof UserError) return { record, faults: faultTexts(error) };
    throw error;
  }
}

async function describe(
  { packages: available, consoles }: Side,
  { name, record }: { readonly name: string; readonly record: MachineValues },
  { findPublished, everywhere, planMerge }: DescribeContext,
): Promise<MachineSide> {
  const imageName = imageOf(name, record);
  const image = (await findPublished(imageName)) ?? emptyPackage(imageName);
  const { found, missing } = packagesOf(record, new Set(available.keys()));
  if (missing.length > 0) throw new UserError(`PACKAGES names what the site does not have: ${missing.join(', ')}`);
  const packages: DiffPackage[] = [];
  for (const each of found.map((tree) => available.get(tree))) {
    if (each instanceof UserError) throw each;
    if (each !== undefined) packages.push(each);
  }
  for (const each of everywhere(record)) {
    const published = await findPublished(each);
    if (published !== undefined) packages.push(published);
  }
  const all = [image, ...packages];
  refuseSecrets(all.map(({ manifest }) => manifest));
  const open = Object.fromEntries(Object.entries(record).filter(([variable]) => !isSecret(variable)));
  return {
    record,
    image: imageName,
    packages: new Map(all.map((each) => [each.name, each])),
    input: planMerge({ name, record: open, image, packages, consoles: consolesOf(consoles, record) }),
  };
}

/** One line for each fault. */
export function faultTexts(error: UserError): string[] {
  if (!(error instanceof FaultsError)) return [describeError(error)];
  return error.faults.map(({ where, message }) => `${where}: ${message}`);
}

const secretsOf = new WeakMap<Manifest, readonly string[]>();

// A server gives no machine a record that has them, so such a machine gets no files at all.
function refuseSecrets(manifests: readonly Manifest[]): void {
  for (const manifest of manifests) {
    const secrets = secretsOf.get(manifest) ?? variablesUsedBy([manifest]).filter(isSecret);
    secretsOf.set(manifest, secrets);
    if (secrets.length === 0) continue;
    throw new UserError(`a template of ${manifest.name} uses ${secrets.join(', ')}; secrets are not handed out`);
  }
}

/** An image that the store does not have. */
function emptyPackage(name: string): DiffPackage {
  const nothing = { mutable: [], overrides: [], pin: [], packs: [], rawBytes: 0, entries: [] };
  const manifest: Manifest = { version: 1, name, priority: 0, ...nothing };
  return { name, manifest, read: async () => await Promise.reject(new Error(`${name} holds no files`)) };
}
