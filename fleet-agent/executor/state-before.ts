// What a host had before an order was applied, so that its end is known by comparison, also after a power cut. In: a package system.
// Out: a file of root's.
import { z } from 'zod';
import { ask } from '../../package-systems/ask.ts';
import { ORDER_NAME } from '../orders/order-places.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import { listBeside } from './beside-edited.ts';
import type { ExecutorContext } from './executor-context.ts';

const beforeSchema = z.object({
  name: z.string().regex(ORDER_NAME),
  installed: z.array(z.object({ name: z.string(), arch: z.string(), version: z.string() })),
  /** What was broken already is not the order's doing. */
  broken: z.array(z.string()),
  beside: z.record(z.string(), z.number()),
});

export type StateBefore = z.infer<typeof beforeSchema>;

export async function lookBefore({ system, host }: ExecutorContext, name: string): Promise<StateBefore> {
  const installed = await ask(system.list, host);
  return {
    name,
    installed: installed.map(({ name: package_, arch, version }) => ({ name: package_, arch, version })),
    broken: [...(await ask(system.broken, host))],
    beside: listBeside(system.besideEdited),
  };
}

export const keepBefore = ({ paths }: ExecutorContext, before: StateBefore): void =>
  replaceFile(paths.before, JSON.stringify(before));

/** Undefined when it is not there, damaged, or of another order. */
export function readBefore({ paths }: ExecutorContext, name: string): StateBefore | undefined {
  const { data } = beforeSchema.safeParse(parseJson(readFileIfThere(paths.before)?.toString() ?? ''));
  return data?.name === name ? data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
