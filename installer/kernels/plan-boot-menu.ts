// The boot menu of a run. In: the wanted tree, the layout, what was started, the menu as it is. Out: a file to write and
// what to say of it. Pure. Never: replaces a menu that update-grub or a person wrote or changed.
import type { Change } from '../../packagelink/partial/partial-plan.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { filledPlaces } from '../../partition-specs/layout.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import { describeWithHint, UserError } from '../../lib/errors.ts';
import { mainBootLoader } from '../boot-loaders/all.ts';
import type { KernelFiles } from '../boot-loaders/plan-boot-files.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import type { SystemKind } from '../systems/system-kind.ts';
import { readMenuNames } from './menu-names.ts';
import type { BootFacts } from './read-boot-facts.ts';

export type BootMenuPlan = {
  /** The file, if it is not as it should be. */
  readonly write?: {
    readonly file: RenderedFile;
    /** What it replaces; undefined where there is no menu. */
    readonly before: string | undefined;
    /** Kernels and initramfs that it names, as package paths. */
    readonly names: readonly string[];
    readonly change: Change;
  };
  /** Why it cannot be written; nothing may be deleted then. */
  readonly errors: readonly string[];
  readonly notices: readonly string[];
};

export type BootMenuInput = {
  /** Undefined on a machine that was adopted: its menu is not ours. */
  readonly layout: Layout | undefined;
  /** Names of the boot loaders that were installed. */
  readonly loaders?: readonly string[];
  readonly osmode: 'image' | 'packages';
  readonly tree: MergedTree;
  readonly facts: BootFacts;
  readonly system: SystemKind;
  readonly title: string;
  readonly consoles: readonly string[];
};

const NOTHING: BootMenuPlan = { errors: [], notices: [] };

/** Renders the menu as the installation does, with the image's kernel first, and compares it with the one that is there. */
export function planBootMenu(input: BootMenuInput): BootMenuPlan {
  const { layout, osmode } = input;
  if (osmode === 'packages') return NOTHING;
  if (layout === undefined) return { ...NOTHING, notices: noticeUnnamed(input) };
  try {
    return compareMenu({ ...input, layout });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...NOTHING, errors: [`the boot menu was not checked: ${describeWithHint(error)}`] };
  }
}

function compareMenu(input: BootMenuInput & { readonly layout: Layout }): BootMenuPlan {
  const { layout, loaders = [], tree, facts, system, title, consoles } = input;
  const image = system.findKernel(tree);
  const kernels = [image, ...keptKernels(image, input)];
  const loader = mainBootLoader(layout, loaders);
  const renew = loader.renewMenuCommand?.(system.bootPaths);
  const { rootArguments } = renderLinux(layout);
  const file = loader.renderMenu({ layout, rootArguments, kernels, title, consoles, paths: system.bootPaths });
  const path = file.path.slice(1);
  if (tree.entries.some((entry) => entry.path === path)) return { ...NOTHING, notices: noticeUnnamed(input, renew) };
  const before = facts.menus.find((menu) => menu.path === path)?.text;
  if (before === file.content) return NOTHING;
  if (facts.unreadable.includes(path) || (before !== undefined && !loader.isOwnMenu(before))) {
    return {
      ...NOTHING,
      notices: [`${file.path} is left alone: it was changed since gutinteg wrote it`, ...noticeUnnamed(input, renew)],
    };
  }
  if (!facts.bootIsMounted && filledPlaces(layout).some(({ content }) => content?.mountPoint === '/boot')) {
    throw new UserError('/boot is a file system of its own, and is not mounted', { hint: 'mount /boot' });
  }
  const [first = '', ...others] = kernels.map(({ release, kernel }) =>
    release === undefined ? `/${kernel}` : `Linux ${release}`,
  );
  const why = `boot menu: ${first} first${others.length === 0 ? '' : `, then ${others.join(', ')}`}`;
  const change: Change = { path, action: before === undefined ? 'created' : 'replaced', why };
  const names = kernels.flatMap(({ kernel, initramfs }) => [kernel, initramfs]);
  return { ...NOTHING, write: { file, before, names, change } };
}

/** Kernels that have started this system, and whose files are still whole: one of them is sure to start it again. */
function keptKernels(image: KernelFiles, { facts, system }: BootMenuInput): KernelFiles[] {
  const { last, before } = facts.started;
  const names = new Set(facts.bootFiles.map((name) => `boot/${name}`));
  return [last, before].flatMap((release): KernelFiles[] => {
    if (release === undefined || release === image.release) return [];
    const files = { release, ...system.kernelFiles(release) };
    return names.has(files.kernel) && names.has(files.initramfs) ? [files] : [];
  });
}

/** A menu of somebody else's that does not start what the image brings. */
function noticeUnnamed({ tree, facts, system }: BootMenuInput, renew = system.renewMenuCommand): string[] {
  const image = imageKernelOf(tree, system);
  if (image === undefined || facts.menus.length === 0) return [];
  const { kernel, release } = image;
  const menus = facts.menus.map(({ text }) => readMenuNames(text));
  if (menus.some((names) => names.hasPath(kernel) || (release !== undefined && names.hasRelease(release)))) return [];
  return [`no boot menu of this machine names /${kernel}, the kernel of its image: ${renew} adds it`];
}

/** An image for a container has none. */
function imageKernelOf(tree: MergedTree, system: SystemKind): KernelFiles | undefined {
  try {
    return system.findKernel(tree);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
