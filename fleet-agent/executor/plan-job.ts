// A job of the package system, as an order's plan. In: a job, a host that can be asked. Out: a plan. Never: runs what changes anything.
import type { PackageJob } from '../../package-systems/package-job.ts';
import type { KindHost, OrderPlan } from './order-plan.ts';

export function planJob(job: PackageJob, { system, ask }: Pick<KindHost, 'system' | 'ask'>): OrderPlan {
  return {
    foresee: () => ask(system.simulate(job)),
    downloads: system.download(job),
    commands: system.plan(job),
  };
}
