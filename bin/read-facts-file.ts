import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { machineFactsSchema } from '../partition-specs/disk-facts.ts';
import type { MachineFacts } from '../partition-specs/disk-facts.ts';

/** Facts as `gutinteg facts` prints them; `-` is standard input. @throws UserError (exit code 2) */
export async function readFactsFile(source: string): Promise<MachineFacts> {
  const json = source === '-' ? await text(process.stdin) : await readFile(source, 'utf8').catch(notRead);
  try {
    return parseJsonEdge(machineFactsSchema, json, source);
  } catch (cause) {
    if (!(cause instanceof UserError)) throw cause;
    throw new UserError(`${source} is not what \`gutinteg facts\` prints`, { exitCode: 2, hint: MAKE_FACTS, cause });
  }
}

const MAKE_FACTS = 'gutinteg facts > facts.json   on the machine; partition-specs/examples has some to begin with';

function notRead(cause: unknown): never {
  throw new UserError('the disk facts cannot be read', { exitCode: 2, hint: MAKE_FACTS, cause });
}
