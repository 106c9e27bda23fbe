// A job's action as one host is to do it. In: the action, the host's candidates. Out: an action that says which packages, or that
// there is nothing to do. Never: I/O; what a package system is told.
import type { Action } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';

type Upgrade = Extract<Action, { do: 'upgrade' }>;

/** With one of these flags, an upgrade would not bring a candidate now. */
const HINDRANCES = ['held', 'kept-back', 'phased'];

/** Whether `planAction` needs the host's candidates. */
export const needsCandidates = (action: Action): boolean =>
  action.do === 'upgrade' && (action.security || action.except.length > 0);

/**
 * An upgrade of some packages names them: hosts need not know what a security update is, and nothing comes beside what was asked.
 * @returns undefined where the host has nothing of it to upgrade
 */
export function planAction(action: Action, candidates: readonly Item[]): Action | undefined {
  if (action.do !== 'upgrade' || !needsCandidates(action)) return action;
  const packages = candidates.filter((item) => isWanted(action, item)).map(([name, arch]) => ({ name, arch }));
  return packages.length === 0 ? undefined : { ...action, packages, except: [] };
}

function isWanted({ packages, security, except }: Upgrade, [name, arch, , flags]: Item): boolean {
  const words = flags.split(',');
  if (except.includes(name) || HINDRANCES.some((word) => words.includes(word))) return false;
  if (security && !words.includes('security')) return false;
  if (packages === undefined) return true;
  return packages.some((wanted) => wanted.name === name && (wanted.arch ?? arch) === arch);
}

/** Packages that an upgrade leaves as they are, and why. */
export function findStaying(action: Action, candidates: readonly Item[]): { name: string; why: string }[] {
  if (action.do !== 'upgrade') return [];
  const { packages, except } = action;
  const isAsked = (name: string): boolean => packages === undefined || packages.some((each) => each.name === name);
  return candidates
    .filter(([name]) => isAsked(name))
    .flatMap(([name, , , flags]) => {
      const words = flags.split(',').filter((word) => HINDRANCES.includes(word));
      const why = [...words, ...(except.includes(name) ? ['excepted'] : [])].join(', ');
      return why === '' ? [] : [{ name, why }];
    });
}
