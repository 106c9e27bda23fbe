// The comparison of two sites for programs. In: a comparison. Out: plain data. Never: holds a secret.
import type { SiteDiff } from './compare-sites.ts';
import { detailChange, secretHider } from './detail-group.ts';
import type { PathDetail } from './detail-group.ts';
import type { DiffTexts } from './unified-diff.ts';

type DiffJson = Omit<SiteDiff, 'groups'> & {
  readonly from: string;
  readonly to: string;
  /** `paths` are those of the first machine. */
  readonly groups: readonly {
    readonly machines: readonly string[];
    readonly notices: readonly string[];
    readonly paths: readonly PathDetail[];
  }[];
};

/** Everything, with every line of every text that differs. */
export async function diffAsJson(
  diff: SiteDiff,
  labels: { readonly from: string; readonly to: string },
  diffTexts: DiffTexts,
): Promise<DiffJson> {
  const groups = [];
  for (const group of diff.groups) {
    const paths: PathDetail[] = [];
    for (const change of group.changes) paths.push(await detailChange(change, group, diffTexts));
    groups.push({ machines: group.machines, notices: group.notices.map(secretHider(group.pair)), paths });
  }
  return { from: labels.from, to: labels.to, ...diff, groups };
}
