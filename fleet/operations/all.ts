// Every operation of the fleet's server. A new one is a description in contract/fleet/api/, a file here, and a line.
import type { Implementation } from './implement.ts';
import { countHosts } from './show-status.ts';

export const operations: readonly Implementation[] = [countHosts];
