/** The fields of a host in the order in which they are written: that of the guide's table 6.1. */
export const fieldNames = ['ip', 'mac', 'hostname', 'notes', 'nfsroot', 'bootmaster'] as const;

export type FieldName = (typeof fieldNames)[number];

/** The place of a field in the table; -1 for the name of any other element. */
export function fieldOrder(name: string): number {
  return (fieldNames as readonly string[]).indexOf(name);
}
