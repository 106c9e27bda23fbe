import type { HandOverStep } from '../plan-hand-over.ts';

/** `/var/lib/gutinteg/keys: belongs to gutinteg:gutinteg` */
export function formatStep(step: HandOverStep, place: { readonly stateDir: string; readonly user: string }): string {
  const path = step.path === '' ? place.stateDir : `${place.stateDir}/${step.path}`;
  if (step.do === 'make') return `${path}: made, a ${step.kind} of mode ${step.mode.toString(8)}`;
  if (step.do === 'chmod') return `${path}: mode ${step.mode.toString(8)}`;
  const name = (id: number): string => (id === 0 ? 'root' : place.user);
  return `${path}: belongs to ${name(step.uid)}:${name(step.gid)}`;
}
