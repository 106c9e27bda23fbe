import { formatFault } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';

/** Warnings about a file, to standard error. */
export function printWarnings(warnings: readonly Fault[]): void {
  // A program that reads standard output is not disturbed by them.
  for (const warning of warnings) process.stderr.write(`${formatFault(warning)}\n`);
}
