// Each kind of action, as a plan. In: an action, a host that can be asked. Out: what is foreseen, programs, and how the end is known.
// Never: runs what changes anything. A kind that is not in the table is refused before.
import type { Action, ActionKind } from '../../contract/fleet/jobs/action.ts';
import { UserError } from '../../lib/errors.ts';
import type { PackageChange, WantedPackage } from '../../package-systems/package-job.ts';
import type { PackageItem } from '../../package-systems/package-system.ts';
import type { KindHost, OrderPlan } from './order-plan.ts';
import { planAgentUpgrade } from './plan-agent-upgrade.ts';
import { planFiles } from './plan-files.ts';
import { planJob } from './plan-job.ts';
import { planRestore } from './plan-restore.ts';
import { planSource, planSourceRemoval } from './plan-source.ts';

type Of<K extends ActionKind> = Extract<Action, { do: K }>;
type Kinds = { readonly [K in ActionKind]?: (action: Of<K>, host: KindHost) => Promise<OrderPlan> };

const NOTHING = { downloads: [], commands: [] } as const;

const kinds: Kinds = {
  install: async ({ packages }, host) => planJob({ do: 'install', packages: [...packages] }, host),
  downgrade: async ({ packages }, host) => planJob({ do: 'downgrade', packages: [...packages] }, host),
  remove: async ({ packages, purge }, host) =>
    planJob({ do: purge ? 'purge' : 'remove', packages: [...packages] }, host),
  upgrade: planUpgrade,
  restore: planRestore,
  'set-source': planSource,
  'remove-source': planSourceRemoval,
  hold: async ({ packages }, { system }) => ({
    downloads: [],
    commands: system.plan({ do: 'hold', packages: [...packages] }),
    check: (installed) => without(packages, installed, 'held').map(({ name }) => `${name} is not held`),
  }),
  unhold: async ({ packages }, { system }) => ({
    downloads: [],
    commands: system.plan({ do: 'unhold', packages: [...packages] }),
    check: (installed) => withFlag(packages, installed, 'held').map(({ name }) => `${name} is still held`),
  }),
  'update-lists': async (_, { system }) => ({
    downloads: [],
    commands: system.plan({ do: 'update-lists' }),
    byExitCode: true,
  }),
  'install-files': planFiles,
  'upgrade-agent': planAgentUpgrade,
  // What is still broken afterwards is a failure in any case.
  repair: async (_, { system }) => ({ downloads: [], commands: system.recover }),
  reboot: async ({ ifNeeded }, { system, ask }) => {
    if (ifNeeded && (await ask(system.rebootReasons)).length === 0) return { ...NOTHING, note: 'no restart is due' };
    return { downloads: [], commands: [{ argv: ['shutdown', '-r', 'now'] }], restarts: true };
  },
  // The talker looks again after every order.
  refresh: async () => NOTHING,
};

export const knownKinds: ReadonlySet<ActionKind> = new Set(Object.keys(kinds) as ActionKind[]);

/** @throws UserError when it cannot be done here */
export function planAction(action: Action, host: KindHost): Promise<OrderPlan> {
  const plan = kinds[action.do] as ((action: Action, host: KindHost) => Promise<OrderPlan>) | undefined;
  if (plan === undefined) throw new UserError(`${action.do} is not known to this version of gutinteg-fleet`);
  return plan(action, host);
}

/** Without names, everything at once, so that the package system resolves it as a whole; a choice is made of its candidates. */
async function planUpgrade(action: Of<'upgrade'>, host: KindHost): Promise<OrderPlan> {
  const { security, except, packages } = action;
  if (packages === undefined && !security && except.length === 0) return planJob({ do: 'upgrade-all' }, host);
  const wanted = await chooseUpgrades(action, host);
  if (wanted.length === 0) return { ...NOTHING, foresee: async () => [] };
  const plan = planJob({ do: 'upgrade', packages: wanted }, host);
  return { ...plan, foresee: async () => refuseExcepted((await plan.foresee?.()) ?? [], except) };
}

const LEFT_OUT = ['held', 'kept-back', 'phased'] as const;

async function chooseUpgrades(
  { packages, security, except }: Of<'upgrade'>,
  { system, ask }: KindHost,
): Promise<readonly WantedPackage[]> {
  const isWanted = ({ name }: WantedPackage): boolean => !except.includes(name);
  if (packages !== undefined && !security) return packages.filter(isWanted);
  const named = packages === undefined ? undefined : new Set(packages.map(({ name }) => name));
  return (await ask(system.candidates))
    .filter(({ flags }) => !LEFT_OUT.some((flag) => flags.includes(flag)) && (!security || flags.includes('security')))
    .filter((candidate) => isWanted(candidate) && (named?.has(candidate.name) ?? true))
    .map(({ name, arch, version }) => ({ name, arch, version }));
}

/** Another package may need a newer version of one that is to stay. */
function refuseExcepted(changes: readonly PackageChange[], except: readonly string[]): readonly PackageChange[] {
  const touched = changes.filter(({ name }) => except.includes(name)).map(({ name }) => name);
  if (touched.length === 0) return changes;
  throw new UserError(`the upgrade would change ${touched.join(', ')}, which is to stay as it is`);
}

const matches = (wanted: WantedPackage, { name, arch }: PackageItem): boolean =>
  wanted.name === name && (wanted.arch === undefined || wanted.arch === arch);

const withFlag = (packages: readonly WantedPackage[], installed: readonly PackageItem[], flag: 'held') =>
  packages.filter((wanted) => installed.some((item) => matches(wanted, item) && item.flags.includes(flag)));

const without = (packages: readonly WantedPackage[], installed: readonly PackageItem[], flag: 'held') =>
  packages.filter((wanted) => !installed.some((item) => matches(wanted, item) && item.flags.includes(flag)));
