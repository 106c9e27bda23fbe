// Where an order is handed over, and where its report is. In: nothing. Out: paths. Never: I/O.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { SignedOrder } from '../../contract/fleet/jobs/order.ts';

/** Whose orders this host takes; for everyone to read, and only for root to write. */
export const TRUST_FILE = '/etc/gutinteg/fleet-orders.json';

/** Root's own: others pass it to reach `reports/`, and see nothing else. */
export const EXECUTOR_DIRECTORY = '/var/lib/gutinteg-fleet-executor';

export type OrderPlaces = {
  readonly trustFile: string;
  /** One file for each order, by its name; each belongs to the user of the talker. */
  readonly reports: string;
};

export const orderPlaces = (executorDirectory = EXECUTOR_DIRECTORY, trustFile = TRUST_FILE): OrderPlaces => ({
  trustFile,
  reports: join(executorDirectory, 'reports'),
});

/** 22 characters that follow from the order's text: the same order has the same name, whoever carries it. */
export const nameOfOrder = ({ order }: SignedOrder): string =>
  createHash('sha256').update(order).digest('base64url').slice(0, 22);

export const ORDER_NAME = /^[\w-]{22}$/;
