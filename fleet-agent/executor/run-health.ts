// What the host's own administrator says of its health, after a change. In: names of programs. Out: their verdicts. Never: runs a
// program that somebody else than root could have written, or one that an order brings.
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OrderResult } from '../../contract/fleet/jobs/order-report.ts';
import { cutText } from '../../lib/cut-text.ts';
import { describeError } from '../../lib/errors.ts';
import { runInGroup } from '../../lib/run-in-group.ts';
import { orderEnvironment } from './run-marked.ts';
import { requireRoots } from './trust-file.ts';

const HEALTH_DIRECTORY = '/etc/gutinteg/health.d';
const TAIL_BYTES = 1000;

type Verdict = OrderResult['health'][number];

export async function runHealth(
  names: readonly string[],
  { directory = HEALTH_DIRECTORY, timeoutMs }: { readonly directory?: string; readonly timeoutMs: number },
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const name of names) verdicts.push(await askOne(name, join(directory, name), timeoutMs));
  return verdicts;
}

async function askOne(name: string, program: string, timeoutMs: number): Promise<Verdict> {
  const says = (ok: boolean, text: string): Verdict => ({ name, ok, text: cutText(text.trim(), 1000) });
  try {
    requireRoots(statSync(join(program, '..')), join(program, '..'));
    requireRoots(lstatSync(program), program);
  } catch (error) {
    return says(false, describeError(error));
  }
  const result = await runInGroup([program], {
    env: orderEnvironment(process.env),
    cwd: '/',
    timeoutMs,
    tailBytes: TAIL_BYTES,
  });
  if (result.startError !== undefined) return says(false, `could not be started: ${result.startError}`);
  if (result.timedOut) return says(false, `no end after ${timeoutMs / 1000} s; ${result.output}`);
  if (result.exitCode === 0) return says(true, result.output);
  return says(false, `${result.signal ?? `exit code ${result.exitCode}`}; ${result.output}`);
}
