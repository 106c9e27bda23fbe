// Why a path differs. In: its entries, the packages and values of both sides. Out: one short text. Never: I/O; values.
import { compareEntries } from '../../packagelink/tree/compare-entries.ts';
import type { Layer, MergeInput } from '../../packagelink/merge/merge.ts';
import type { TreeEntry } from '../../packagelink/tree/tree.ts';

export type EntryPair = { readonly before?: TreeEntry | undefined; readonly after?: TreeEntry | undefined };
export type InputPair = { readonly before: MergeInput; readonly after: MergeInput };

/** `package tools is new to the machine`, `the template of motd has changed; ##ADMIN## has another value` */
export function explainChange({ before, after }: EntryPair, inputs: InputPair): string {
  if (before === undefined)
    return after === undefined ? '' : explainPresence(after, inputs.before, ['new in', 'is new to']);
  if (after === undefined) return explainPresence(before, inputs.after, ['gone from', 'has gone from']);
  return before.owner === after.owner
    ? explainContent(before, after, inputs)
    : explainOwner(before.owner, after.owner, inputs);
}

function explainPresence({ owner }: TreeEntry, other: MergeInput, [inPackage, ofMachine]: [string, string]): string {
  if (isGenerated(owner)) return `${inPackage} what is rendered for the machine`;
  return layerOf(other, owner) === undefined ? `package ${owner} ${ofMachine} the machine` : `${inPackage} ${owner}`;
}

function explainContent(before: TreeEntry, after: TreeEntry, inputs: InputPair): string {
  const isElsewhere = compareEntries(before, after).every((aspect) => aspect === 'class');
  if (isElsewhere && before.pinned !== after.pinned && pinsOf(inputs.before) !== pinsOf(inputs.after)) {
    return 'PIN has another value';
  }
  if (isGenerated(after.owner)) return 'rendered from the record and site.yaml';
  const [old, current] = [templateOf(before), templateOf(after)];
  if (old === undefined || current === undefined) return `changed in ${after.owner}`;
  const names = [...new Set([...Object.keys(old.defines), ...Object.keys(current.defines)])].sort();
  const changed = names.filter((name) => inputs.before.defines[name] !== inputs.after.defines[name]);
  const reasons = [
    ...(old.sha256 === current.sha256 ? [] : [`the template of ${after.owner} has changed`]),
    ...changed.map((name) => `##${name}## has another value`),
  ];
  return reasons.length === 0 ? `changed in ${after.owner}` : reasons.join('; ');
}

function explainOwner(before: string, after: string, inputs: InputPair): string {
  const now = `${after} instead of ${before}`;
  if (!isGenerated(after) && layerOf(inputs.before, after) === undefined)
    return `${now}: package ${after} is new to the machine`;
  if (!isGenerated(before) && layerOf(inputs.after, before) === undefined)
    return `${now}: package ${before} has gone from the machine`;
  const priorities = [after, before].flatMap((owner) => explainPriority(owner, inputs));
  return priorities.length === 0 ? now : `${now}: ${priorities.join(', ')}`;
}

function explainPriority(owner: string, { before, after }: InputPair): string[] {
  const [old, current] = [layerOf(before, owner)?.priority, layerOf(after, owner)?.priority];
  return old === current ? [] : [`priority of ${owner} ${old} → ${current}`];
}

function pinsOf({ pins = [] }: MergeInput): string {
  return pins.join(' ');
}

function templateOf(entry: TreeEntry) {
  return entry.type === 'file' && entry.content.kind === 'template' ? entry.content : undefined;
}

function layerOf({ layers }: MergeInput, owner: string): Layer | undefined {
  return layers.find(({ name }) => name === owner);
}

function isGenerated(owner: string): boolean {
  return owner.startsWith('@');
}
