import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Architecture } from '../../lib/architecture.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';

/** The Node that package-lock.json pins for machines of this architecture. */
export async function lockedNode({ node }: Architecture): Promise<{ path: string; version: string }> {
  const manifest = createRequire(import.meta.url).resolve(`node-linux-${node}/package.json`);
  const schema = z.object({ version: z.string() });
  const { version } = parseJsonEdge(schema, await readFile(manifest, 'utf8'), manifest);
  return { path: join(dirname(manifest), 'bin/node'), version };
}
