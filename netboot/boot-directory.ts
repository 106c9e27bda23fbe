import { join } from 'node:path';
import type { Architecture } from '../lib/architecture.ts';

/** Where a state directory has `vmlinuz` and `ramdisk.img` for machines of one architecture. */
export function bootDirectory(stateDir: string, { name }: Architecture): string {
  return join(stateDir, 'boot', name);
}
