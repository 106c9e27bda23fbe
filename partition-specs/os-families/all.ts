// Every OS family whose disks can be planned today. A new one is a file beside this and a line here.
import { linux } from './linux.ts';
import type { OsFamily } from './os-family.ts';

export const osFamilies: ReadonlyMap<string, OsFamily> = new Map([linux].map((family) => [family.name, family]));
