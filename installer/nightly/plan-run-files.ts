// What a run that reads the manifests goes by. In: the description, the machine's state, what it boots from. Out: the
// wanted tree, what stays besides, the boot menu. Pure.
import type { Lookup } from '../../contract/lookup.ts';
import type { Retention } from '../../packagelink/tree/retention.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import type { Manifests } from '../description/fetch-manifests.ts';
import { decideKeptKernels } from '../kernels/decide-kept-kernels.ts';
import { planBootMenu } from '../kernels/plan-boot-menu.ts';
import type { BootMenuPlan } from '../kernels/plan-boot-menu.ts';
import type { BootFacts } from '../kernels/read-boot-facts.ts';
import type { MachineState } from '../machine/machine-state.ts';
import { planFiles } from '../plan/plan-files.ts';
import { menuTitle } from '../render/menu-title.ts';
import { systemOf } from '../systems/all.ts';

type RunFilesInput = {
  readonly lookup: Lookup;
  readonly manifests: Manifests;
  readonly state: Pick<MachineState, 'layout' | 'consoles' | 'bootLoader'>;
  readonly boot: BootFacts;
  readonly osmode: 'image' | 'packages';
};

/** @throws FaultsError as `planFiles` does */
export function planRunFiles({ lookup, manifests, state, boot, osmode }: RunFilesInput): {
  readonly tree: MergedTree;
  readonly retention: Retention;
  readonly menu: BootMenuPlan;
} {
  const { layout, consoles } = state;
  const loaders = [...new Set(state.bootLoader.map(({ loader }) => loader))];
  const system = systemOf(lookup.record['OS']);
  const diskFiles = layout === undefined ? undefined : renderLinux(layout).files;
  const tree = planFiles({ lookup, ...manifests, diskFiles, consoles, system });
  const title = menuTitle(lookup.record);
  const menu = planBootMenu({ layout, loaders, osmode, tree, facts: boot, system, title, consoles });
  // What the menu has to say is said again by runs that find nothing to do, as the tree's own notices are.
  const notices = [...tree.notices, ...menu.notices];
  return { tree: { ...tree, notices }, retention: decideKeptKernels(boot, tree), menu };
}
