// Which file systems belong to a machine, so that its files are looked after on all of them. In: its saved layout, or,
// where nobody knows that, its fstab. Out: mount points as package paths. Pure.
import { unescapeOctal } from '../../lib/unescape-octal.ts';
import { isFat } from '../../packagelink/tree/fat-targets.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';

/** What others hold, or what is no place: never a machine's own. */
const NOT_OWN = /^(nfs\d?|cifs|smb3?|9p|ceph|glusterfs|afs|fuse\..*|swap|none|proc|sysfs|devpts|autofs)$/;

/** Those below the root; the root itself is always a machine's own. */
export function ownMounts(layout: Layout | undefined, fstab: string): string[] {
  const points =
    layout === undefined
      ? fstabMounts(fstab)
      : renderLinux(layout).mounts.flatMap(({ mountPoint, isLater }) => (isLater === true ? [] : [mountPoint]));
  return points.map((point) => point.replace(/^\/+/, '').replace(/\/+$/, '')).filter((point) => point !== '');
}

/** Mount points of FAT, as package paths. */
export function fatMounts(fstab: string): string[] {
  return fstabLines(fstab).flatMap(({ place, type }) => (isFat(type) ? [place.replace(/^\/+/, '')] : []));
}

function fstabMounts(fstab: string): string[] {
  return fstabLines(fstab).flatMap(({ place, type }) => (NOT_OWN.test(type) ? [] : [place]));
}

/** @see fstab(5): the second field is the mount point, with blanks as \040, the third the type */
function fstabLines(fstab: string): { place: string; type: string }[] {
  return fstab.split('\n').flatMap((line) => {
    const [device, place, type = ''] = line.trim().split(/\s+/);
    if (device === undefined || device.startsWith('#') || !place?.startsWith('/')) return [];
    return [{ place: unescapeOctal(place), type }];
  });
}
