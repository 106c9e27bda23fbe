// Links and unlinks in a process of its own, which may be killed. In: one JSON line for each run, {target, link} or
// {target, unlink} with a fault. Out: one JSON line for each, {errors, calls} or {thrown, calls}.
import { createInterface } from 'node:readline';
import { withFault } from './faults.ts';
import type { Fault } from './faults.ts';
import { linkTrees, unlinkTree } from './link-trees.ts';

/** What is done: trees as on the command line, or the name of a package. */
export type LinkStep = { readonly link: readonly string[] } | { readonly unlink: string };

async function take(target: string, step: LinkStep): Promise<{ errors: readonly string[] } | { thrown: string }> {
  try {
    const { errors } = 'link' in step ? await linkTrees(target, step.link) : await unlinkTree(target, step.unlink);
    return { errors };
  } catch (error) {
    return { thrown: String(error) };
  }
}

for await (const line of createInterface(process.stdin)) {
  const { target, step, fault } = JSON.parse(line) as { target: string; step: LinkStep; fault: Fault };
  const { result, calls } = await withFault(fault, async () => await take(target, step));
  process.stdout.write(`${JSON.stringify({ ...result, calls })}\n`);
}
