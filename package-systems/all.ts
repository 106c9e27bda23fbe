// Every package system. A new one is a folder that answers the same questions, and a line here.
import { dpkg } from './dpkg/dpkg.ts';
import type { PackageSystem } from './package-system.ts';
import { rpm } from './rpm/rpm.ts';

/** In the order in which a host is looked at: Debian has rpm's programs, too, but not its database. */
export const packageSystems: readonly PackageSystem[] = [dpkg, rpm];
