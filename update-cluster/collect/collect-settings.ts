import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { parseAddressRange } from './address-range.ts';
import { parseNamePattern } from './name-pattern.ts';
import type { Choice } from './plan-host.ts';

/** How new hosts are named and numbered, as it is written. */
export type CollectSettings = { readonly hostname?: string | undefined; readonly range?: string | undefined };

export const SETTINGS_PATH = '/etc/update-cluster/maccollect.yaml';

const schema = z.strictObject({ hostname: z.string().optional(), range: z.string().optional() });

/**
 * What the options say, and the file where they are silent. `required`: a file that was named must be there.
 * @throws UserError (exit code 2) when something is missing or is not a pattern or a range
 */
export async function readChoice(
  options: CollectSettings,
  { path, required }: { readonly path: string; readonly required: boolean },
): Promise<Choice> {
  const written = await readSettings(path, required);
  const hostname = options.hostname ?? written.hostname;
  const range = options.range ?? written.range;
  if (hostname !== undefined && range !== undefined) {
    return { pattern: parseNamePattern(hostname), range: parseAddressRange(range) };
  }
  const missing = hostname === undefined ? 'how hosts are named' : 'which addresses they get';
  throw new UserError(`neither options nor ${path} say ${missing}`, {
    exitCode: 2,
    hint: '--hostname node%03d --range 10.0.0.10-10.0.0.250',
  });
}

async function readSettings(path: string, required: boolean): Promise<CollectSettings> {
  try {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (required) throw error;
      return whenMissing('')(error);
    });
    return parseEdge(schema, parse(text) ?? {}, path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`cannot read ${path}`, { exitCode: 2, cause });
  }
}
