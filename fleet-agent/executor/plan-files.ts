// Files of an order, as far as they are for this host and not there yet, as a plan. In: files, options, a host that can be asked. Out: a
// plan. Never: hands a file to the package system of which any byte differs from what was approved (staged-files.ts).
import type { Action, PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import type { PackageItem } from '../../package-systems/package-system.ts';
import { chooseFiles } from '../orders/choose-files.ts';
import type { KindHost, OrderPlan } from './order-plan.ts';
import { planJob } from './plan-job.ts';

export async function planFiles(
  { files, options }: Extract<Action, { do: 'install-files' }>,
  host: KindHost,
): Promise<OrderPlan> {
  const { system, ask, stage } = host;
  const chosen = chooseFiles(files, system, await ask(system.architectures));
  const installed = await ask(system.list);
  const isThere = (file: PackageFileSource): boolean => installed.some((item) => isSame(file, item));
  const missing = options.includes('reinstall') ? chosen : chosen.filter((file) => !isThere(file));
  const note = missing.length === chosen.length ? {} : { note: `already there: ${listWords(chosen.filter(isThere))}` };
  if (missing.length === 0) return { downloads: [], commands: [], foresee: async () => [], ...note };
  return {
    ...planJob({ do: 'install-files', files: missing.map(stage), options }, host),
    ignoresUnmet: options.includes('ignore-depends') || options.includes('ignore-conflicts'),
    ...note,
  };
}

const isSame = (file: PackageFileSource, { name, arch, version }: PackageItem): boolean =>
  file.name === name && file.arch === arch && file.version === version;

const listWords = (files: readonly PackageFileSource[]): string =>
  files.map(({ name, version }) => `${name} ${version}`).join(', ');
