import type { Machdb, MachdbObject } from '../types.ts';

/** The objects whose ancestors are all there and do not go in circles: their content can be checked, whatever ails the others. */
export function resolvablePart({ objects, headers, texts }: Machdb): Machdb {
  const heirs = new Map<string, MachdbObject[]>();
  for (const object of objects.values()) {
    for (const { name } of object.parents) {
      const known = heirs.get(name);
      if (known === undefined) heirs.set(name, [object]);
      else known.push(object);
    }
  }
  // From those without parents down: who never loses the last parent to wait for has an unknown one, or a circle above.
  const waitsFor = new Map([...objects.values()].map((object) => [object, object.parents.length]));
  const ready = [...objects.values()].filter(({ parents }) => parents.length === 0);
  const resolvable = new Set<MachdbObject>();
  for (let object = ready.pop(); object !== undefined; object = ready.pop()) {
    resolvable.add(object);
    for (const heir of heirs.get(object.name) ?? []) {
      const left = (waitsFor.get(heir) ?? 0) - 1;
      waitsFor.set(heir, left);
      if (left === 0) ready.push(heir);
    }
  }
  return { objects: new Map([...objects].filter(([, object]) => resolvable.has(object))), headers, texts };
}
