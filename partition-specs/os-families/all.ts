// Every OS family whose disks can be planned. A new one is a file beside this and a line here.
import { dosFamily } from './dos.ts';
import { freebsd } from './freebsd.ts';
import { linux } from './linux.ts';
import { netbsd } from './netbsd.ts';
import { openbsd } from './openbsd.ts';
import type { OsFamily } from './os-family.ts';
import { solaris } from './solaris.ts';
import { sunos } from './sunos.ts';

export const osFamilies: ReadonlyMap<string, OsFamily> = new Map(
  [linux, solaris, sunos, freebsd, openbsd, netbsd, dosFamily].map((family) => [family.name, family]),
);
