// The variants of a package, of which a machine gets one. In: a name, what the machine is, which names there are. Out:
// the name of a variant. Never: I/O.

/** What decides; both as in a record. */
export type VariantKey = { readonly OSREV?: string | undefined; readonly ARCH?: string | undefined };

/** All that a machine could get for a name, the most specific first: `NAME@OSREV-ARCH`, `NAME@ARCH`, `NAME`. */
export function variantsOf(name: string, { OSREV, ARCH }: VariantKey): string[] {
  if (ARCH === undefined || ARCH === '') return [name];
  const ofSystem = OSREV === undefined || OSREV === '' ? [] : [`${name}@${OSREV}-${ARCH}`];
  return [...ofSystem, `${name}@${ARCH}`, name];
}

/** The most specific variant that there is; undefined when none fits. */
export function chooseVariant(name: string, key: VariantKey, exists: (variant: string) => boolean): string | undefined {
  return variantsOf(name, key).find(exists);
}
