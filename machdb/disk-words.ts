import { plainWwn } from '../lib/wwn.ts';
import { splitWords } from './values.ts';

/** A word of a `DISK_<name>` that means one disk in the world; `key` is the same in every spelling. */
export type DiskWord = { readonly word: string; readonly key: string };

/** `DISK_disk0`, `DISK_hda`. */
export function isDiskVariable(variable: string): boolean {
  return variable.startsWith('DISK_');
}

/** `serial:S3Z9NB0K size:100G-` → its serial number; sizes, kinds and places are those of many disks. */
export function uniqueDiskWords(value: string): DiskWord[] {
  return splitWords(value).flatMap((word) => {
    if (word.startsWith('serial:')) return [{ word, key: word }];
    return word.startsWith('wwn:') ? [{ word, key: `wwn:${plainWwn(word.slice('wwn:'.length))}` }] : [];
  });
}
