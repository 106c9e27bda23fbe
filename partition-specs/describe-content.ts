// The content of a place on a disk, in the words that every plan uses.
import { formatBytes } from '../lib/bytes.ts';

type Content = { fsType?: string; fsLabel?: string; tableType?: string; label?: string; type?: string };

/** `ext4, labelled 'root', 20 GiB`; never calls empty what nobody can read. */
export function describeContent(content: Content, sizeBytes: number, isFrame = false): string {
  const { fsType, fsLabel, tableType, label, type } = content;
  const words = [isFrame ? 'extended partition' : (fsType ?? describeTable(tableType) ?? 'no known file system')];
  if (fsLabel !== undefined) words.push(`labelled '${fsLabel}'`);
  if (fsType !== undefined && tableType !== undefined) words.push(describeUnreadable(tableType));
  if (label !== undefined) words.push(`named '${label}'`);
  if (fsType === undefined && !isFrame && type !== undefined) words.push(`type ${type.toLowerCase()}`);
  return [...words, formatBytes(sizeBytes)].join(', ');
}

function describeTable(tableType: string | undefined): string | undefined {
  return tableType === undefined ? undefined : describeUnreadable(tableType);
}

/** `content that cannot be read (gpt)`: named by a tool, and nobody can list what is in it. */
export function describeUnreadable(type: string): string {
  return `content that cannot be read (${type})`;
}
