// Orders that were taken and are not ended, in root's own directory: from here on, the talker can no longer hold them back.
// In: orders. Out: the same, lowest serial first. Never: has more than a few.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { orderSchema } from '../../contract/fleet/jobs/order.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { ORDER_NAME } from '../orders/order-places.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import type { ExecutorPaths } from './executor-paths.ts';

const acceptedSchema = z.object({
  name: z.string().regex(ORDER_NAME),
  order: orderSchema,
  /** What it needs was fetched, and it waits for its window. */
  isPrepared: z.boolean(),
});

export type AcceptedOrder = z.infer<typeof acceptedSchema>;

export const MAX_ACCEPTED = 20;

/** @throws FaultsError when root's own file is damaged */
export function readAccepted({ accepted }: ExecutorPaths): AcceptedOrder[] {
  mkdirSync(accepted, { recursive: true, mode: 0o700 });
  return readdirSync(accepted)
    .filter((name) => ORDER_NAME.test(name.replace(/\.json$/, '')) && name.endsWith('.json'))
    .map((name) => join(accepted, name))
    .map((path) => parseJsonEdge(acceptedSchema, readFileIfThere(path)?.toString() ?? '', path))
    .sort((left, right) => left.order.serial - right.order.serial);
}

export const keepAccepted = ({ accepted }: ExecutorPaths, order: AcceptedOrder): void =>
  replaceFile(join(accepted, `${order.name}.json`), JSON.stringify(order));

/** @throws UserError when the administrator has dropped it meanwhile (`accept-orders`, `refuse-orders`), and it has not begun */
export function requireAccepted({ accepted }: ExecutorPaths, name: string): void {
  if (existsSync(join(accepted, `${name}.json`))) return;
  throw new UserError('the administrator of this host has changed whose orders it takes, so nothing was changed');
}

export const dropAccepted = ({ accepted }: ExecutorPaths, name: string): void =>
  rmSync(join(accepted, `${name}.json`), { force: true });
