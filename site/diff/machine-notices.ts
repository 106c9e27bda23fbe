// What a comparison of files cannot show. In: a machine on both sides, image recipes. Out: sentences. Never: I/O.
import { FaultsError } from '../../lib/errors.ts';
import { BINDING_PREFIX } from '../../partition-specs/disk-bindings.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import type { MachinePair } from './compare-machine.ts';

type Recipes = { readonly before: ReadonlyMap<string, string>; readonly after: ReadonlyMap<string, string> };

/** What happens to a machine besides the differences of its files. */
export function machineNotices({ before, after }: MachinePair, recipes: Recipes): string[] {
  const value = (variable: string) => [before.record[variable] ?? '', after.record[variable] ?? ''] as const;
  const differs = (variable: string): boolean => value(variable)[0] !== value(variable)[1];
  const [oldSpec, spec] = value('PARTITION').map(specText);
  const bindings = [...new Set([...Object.keys(before.record), ...Object.keys(after.record)])]
    .filter((variable) => variable === 'ROOTFS' || variable.startsWith(BINDING_PREFIX))
    .filter(differs);
  return [
    ...(before.image === after.image
      ? recipeNotice(after.image, recipes)
      : [`OS package: ${before.image} → ${after.image}`]),
    ...(oldSpec === spec
      ? []
      : [
          'PARTITION has changed: needs reinstall; fstab and the like follow the disks and are not compared',
          `  - ${oldSpec}`,
          `  + ${spec}`,
        ]),
    ...bindings.sort().map((variable) => `${variable} has changed, which only an installation looks at`),
    ...(differs('OSMODE')
      ? [
          `OSMODE: ${value('OSMODE')
            .map((mode) => mode || 'image')
            .join(' → ')}`,
        ]
      : []),
  ];
}

function recipeNotice(image: string, { before, after }: Recipes): string[] {
  if (before.get(image) === after.get(image)) return [];
  return [
    `the recipe of ${image} has changed: the image would be built anew; its files are compared as they are in the store`,
  ];
}

function specText(spec: string): string {
  try {
    return parsePartitionSpec(spec).text;
  } catch (error) {
    if (error instanceof FaultsError) return spec;
    throw error;
  }
}
