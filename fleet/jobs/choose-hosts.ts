// The hosts of a new job, and their rings. In: a specification. Out: hosts. Never: writes. This may take seconds, and needs no transaction.
import type { JobSpec } from '../../contract/fleet/jobs/job.ts';
import { resolveSelectors } from '../classes/resolve-selector.ts';
import type { SelectedHost } from '../classes/resolve-selector.ts';
import type { Fleet } from '../fleet.ts';
import { requirePackageFiles } from '../package-files/require-package-files.ts';
import { OperationError } from '../operations/operation-error.ts';
import { askedNames, suitsImages, titleOfAction } from './action-kinds.ts';
import { planRings } from './plan-rings.ts';

/** A host and its ring; `refused`: nothing is done there, for this reason. */
export type ChosenHost = {
  readonly id: string;
  readonly ring: number;
  readonly refused?: string;
  /** A key of `variants` of the job; empty: it does what the job says. */
  readonly variant?: string;
};

/** @throws OperationError when there are none */
export async function chooseHosts(fleet: Fleet, spec: JobSpec): Promise<ChosenHost[]> {
  await requirePackageFiles(fleet, spec.action);
  const { hosts, rollout, action } = spec;
  const { testFirst } = rollout;
  const [all = [], test = []] = await resolveSelectors(fleet, testFirst === undefined ? [hosts] : [hosts, testFirst]);
  const chosen = await onlyAsked(fleet, spec, all);
  if (all.length > 0 && chosen.length === 0) throw noneAsked(spec, all.length);
  if (chosen.length === 0)
    throw badSpec(`no host fits ${hosts.slice(0, 200)}`, `gutinteg fleet hosts --class "${hosts.slice(0, 200)}"`);
  const testIds = new Set(test.map(({ id }) => id));
  const isTest = ({ id }: SelectedHost): boolean => testIds.has(id);
  if (testFirst !== undefined && !chosen.some(isTest)) {
    throw badSpec(
      `none of its ${chosen.length} hosts fits ${testFirst}, which would be first`,
      'name test hosts among its hosts',
    );
  }
  const rings = planRings(
    chosen.filter((host) => !isTest(host)),
    rollout.rings,
  );
  const refused = suitsImages(action) ? {} : { refused: 'gutinteg keeps the files of its image (OSMODE=image)' };
  return chosen.map(({ id, mode }) => ({ id, ring: rings.get(id) ?? 0, ...(mode === 'image' ? refused : {}) }));
}

export const badSpec = (message: string, hint: string): OperationError =>
  new OperationError('bad-input', `${message}; no job was made`, { hint });

function noneAsked({ hosts, only, action }: JobSpec, count: number): OperationError {
  const names = (askedNames(action) ?? []).slice(0, 5).join(', ');
  const which = only === 'with' ? `has ${names}` : `is without ${names}`;
  return badSpec(`none of the hosts of ${hosts.slice(0, 200)} (${count}) ${which}`, 'leave --only out');
}

/** Hosts that have all of its packages already, or that do not. */
async function onlyAsked(fleet: Fleet, { only, action }: JobSpec, hosts: readonly SelectedHost[]) {
  if (only === 'all') return hosts;
  const names = askedNames(action);
  if (names === undefined)
    throw badSpec(`"${titleOfAction(action)}" is not for hosts with or without a package`, 'leave --only out');
  let having: readonly SelectedHost[] = hosts;
  for (const name of names) {
    const sets = new Set(await fleet.ask('sets-with-package', { kind: 'installed', package: name }));
    having = having.filter(({ installedSet }) => installedSet !== null && sets.has(installedSet));
  }
  if (only === 'with') return having;
  const haveIt = new Set(having);
  return hosts.filter((host) => !haveIt.has(host));
}
