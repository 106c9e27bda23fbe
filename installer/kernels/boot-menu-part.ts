// The boot menu's part of a run of packagelink, which says when. In: a plan. Out: when it is written, and what to report.
// Never: writes in a dry run, or after an error.
import type { PartialResult } from '../../packagelink/partial/apply-partial.ts';
import type { BootMenuPlan } from './plan-boot-menu.ts';
import { writeBootMenu } from './write-boot-menu.ts';

type Reported = Pick<PartialResult, 'changes' | 'errors'>;

export type BootMenuPart = {
  /** For packagelink, before its first deletion; answers errors. */
  readonly write: () => Promise<readonly string[]>;
  /** What the run reports besides what `write` has answered. */
  readonly result: () => Reported;
};

/** @param menu undefined where a run cannot change which kernels there are */
export function beginBootMenu(root: string, menu: BootMenuPlan | undefined, isDry: boolean): BootMenuPart {
  const { write, errors } = menu ?? { errors: [] };
  let state: 'not asked' | 'refused' | 'done' = 'not asked';
  return {
    write: async () => {
      const faults = write === undefined ? errors : await writeBootMenu(root, write);
      state = faults.length === 0 ? 'done' : 'refused';
      return faults;
    },
    result: () => {
      if (write !== undefined && (isDry || state === 'done')) return { changes: [write.change], errors: [] };
      if (state !== 'not asked') return { changes: [], errors: [] };
      return { changes: [], errors: write === undefined || isDry ? errors : [staysFor(write.file.path)] };
    },
  };
}

function staysFor(path: string): string {
  return `${path} stays as it was, and nothing was deleted: it is written when all that this run brings is in place`;
}
