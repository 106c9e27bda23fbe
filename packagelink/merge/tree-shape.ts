// What many merges have in common. In: the input of a merge. Out: a key that is equal where the merged trees differ at
// most in the bytes of templates and generated files; and, of such an entry, what it is for another input. Never: I/O.
import { GENERATED_PRIORITY, templateKey, usedDefines } from './candidates.ts';
import { sha256 } from '../package/digest.ts';
import type { Manifest } from '../package/manifest.ts';
import { variablesUsedBy } from './merge.ts';
import type { GeneratedFile, MergeInput } from './merge.ts';
import type { Defines } from '../package/preprocess.ts';
import type { Content, TreeEntry } from '../tree/tree.ts';

/** Equal keys: the merged trees have the same paths, owners and metadata, and the same faults. */
export function shapeKey(input: MergeInput): string {
  const { layers, generated = [], defines, pins = [], directories = 'merge' } = input;
  const variables = usedVariables(input).filter((name) => Object.hasOwn(defines, name));
  // Where a package is as high as what is generated, whether the two are equal decides.
  const isLevel = layers.some(({ priority }) => priority === GENERATED_PRIORITY);
  const files = generated.map((file) => {
    const { path, mode, uid, gid, mutable, bytes } = file;
    return JSON.stringify([path, mode, uid, gid, mutable, isLevel ? sha256(bytes) : '']);
  });
  const packages = layers.map((layer) => {
    const { name, priority, manifest } = layer;
    return JSON.stringify([name, priority, manifestIdentity(manifest), layer.defines, layer.tree]);
  });
  return JSON.stringify([packages.sort(), files.sort(), pins, directories, variables]);
}

/** Whether two inputs of equal shape have all values in common that could matter, so that their trees are equal. */
export function isSameInput(before: MergeInput, after: MergeInput): boolean {
  const isSame = (name: string): boolean => before.defines[name] === after.defines[name];
  const others = generatedByPath(after);
  return (
    usedVariables(before).every(isSame) &&
    (before.generated ?? []).every(({ path, bytes }) => isEqual(bytes, others.get(path)?.bytes))
  );
}

/** Whether the bytes of an entry depend on more than the shape. */
export function isOpen(entry: TreeEntry | undefined): boolean {
  return entry?.type === 'file' && (entry.content.kind === 'template' || entry.content.kind === 'literal');
}

/** Whether two such entries, each filled for its input, are made from the same, so that their bytes are equal. */
export function isSameFilled(
  entries: Record<'before' | 'after', TreeEntry>,
  inputs: Record<'before' | 'after', MergeInput>,
): boolean {
  const [old, current] = [contentOf(entries.before), contentOf(entries.after)];
  if (old?.kind === 'literal' && current?.kind === 'literal') {
    const { path } = entries.after;
    const bytes = generatedByPath(inputs.before).get(path)?.bytes;
    return bytes !== undefined && isEqual(bytes, generatedByPath(inputs.after).get(path)?.bytes);
  }
  if (old?.kind !== 'template' || current?.kind !== 'template' || old.sha256 !== current.sha256) return false;
  const names = [...Object.keys(old.defines), ...Object.keys(current.defines)];
  const values = [
    definesOf(inputs.before, entries.before.owner),
    definesOf(inputs.after, entries.after.owner),
  ] as const;
  return names.every((name) => values[0][name] === values[1][name]);
}

/** An entry of a tree of equal shape, as it is for this input. */
export function fillEntry(entry: TreeEntry, input: MergeInput): TreeEntry {
  if (entry.type !== 'file' || !(entry.content.kind === 'template' || entry.content.kind === 'literal')) return entry;
  if (entry.content.kind === 'template') {
    const defines = usedDefines(Object.keys(entry.content.defines), definesOf(input, entry.owner));
    return { ...entry, content: { ...entry.content, defines }, sourceKey: templateKey(entry.content.sha256, defines) };
  }
  const bytes = generatedByPath(input).get(entry.path)?.bytes ?? entry.content.bytes;
  const digest = sha256(bytes);
  return { ...entry, content: { kind: 'literal', sha256: digest, sizeBytes: bytes.length, bytes }, sourceKey: digest };
}

const identities = new WeakMap<Manifest, string>();
const generatedFiles = new WeakMap<MergeInput, ReadonlyMap<string, GeneratedFile>>();
const variables = new WeakMap<Manifest, readonly string[]>();

/** SHA-256 of what a manifest says of its tree, but for times and for where the bytes lie. */
function manifestIdentity(manifest: Manifest): string {
  const known = identities.get(manifest);
  if (known !== undefined) return known;
  const { packs: _packs, ...said } = manifest;
  const identity = sha256(
    JSON.stringify(said, (key, value: unknown) => (/^(mtime\w+|chunks)$/.test(key) ? undefined : value)),
  );
  identities.set(manifest, identity);
  return identity;
}

function usedVariables({ layers }: MergeInput): string[] {
  return [...new Set(layers.flatMap(({ manifest }) => variablesOf(manifest)))].sort();
}

function variablesOf(manifest: Manifest): readonly string[] {
  const known = variables.get(manifest) ?? variablesUsedBy([manifest]);
  variables.set(manifest, known);
  return known;
}

function generatedByPath(input: MergeInput): ReadonlyMap<string, GeneratedFile> {
  const known = generatedFiles.get(input) ?? new Map((input.generated ?? []).map((file) => [file.path, file]));
  generatedFiles.set(input, known);
  return known;
}

/** A layer may bring values of its own, which are part of the shape. */
function definesOf({ layers, defines }: MergeInput, owner: string): Defines {
  return layers.find(({ name }) => name === owner)?.defines ?? defines;
}

function contentOf(entry: TreeEntry): Content | undefined {
  return entry.type === 'file' ? entry.content : undefined;
}

function isEqual(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0;
}
