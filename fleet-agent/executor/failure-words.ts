// Why the programs of an order failed, in the package system's own words. In: the order's log. Out: a few lines. Never: all of it, which
// is in the order's output.
import type { PackageSystem } from '../../package-systems/package-system.ts';
import type { OrderLog } from './order-log.ts';

const MAX_LINES = 3;
const MAX_LENGTH = 300;

/** Empty when it said nothing of a failure. */
export const failureWords = ({ failureLines }: PackageSystem, log: Pick<OrderLog, 'tail'>): string[] =>
  failureLines(log.tail())
    .slice(0, MAX_LINES)
    .map((line) => line.slice(0, MAX_LENGTH));
