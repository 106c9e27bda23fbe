// Every partition table that can be planned. A new one is a file beside this and a line here.
import type { TableName } from '../os-families/os-family.ts';
import { bsd } from './bsd.ts';
import { dos } from './dos.ts';
import { gpt } from './gpt.ts';
import { sun } from './sun.ts';
import type { TableKind } from './table-kind.ts';

export const tableKinds: ReadonlyMap<TableName, TableKind> = new Map(
  [gpt, dos, sun, bsd].map((kind) => [kind.name, kind]),
);
