// Every partition table that can be planned. A new one is a file beside this and a line here.
import type { TableName } from '../os-families/os-family.ts';
import { dos } from './dos.ts';
import { gpt } from './gpt.ts';
import type { TableKind } from './table-kind.ts';

export const tableKinds: ReadonlyMap<TableName, TableKind> = new Map([gpt, dos].map((kind) => [kind.name, kind]));
