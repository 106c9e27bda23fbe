// Where the executor keeps what is root's own. In: its directory. Out: paths. Never: I/O.
import { join } from 'node:path';
import { EXECUTOR_DIRECTORY, TRUST_FILE, orderPlaces } from '../orders/order-places.ts';

export type ExecutorPaths = ReturnType<typeof executorPaths>;

export const executorPaths = (directory = EXECUTOR_DIRECTORY, trustFile = TRUST_FILE) => ({
  directory,
  trustFile,
  reports: orderPlaces(directory, trustFile).reports,
  /** The host, the last serial, and what is being done: own-record.ts. */
  record: join(directory, 'record'),
  /** Orders that were taken and are not ended. */
  accepted: join(directory, 'accepted'),
  /** What the host had before the order that is being applied. */
  before: join(directory, 'before.json'),
  /** What dnf is told where its command line cannot say it. */
  script: join(directory, 'script'),
  /** What files of sources had in them before the order that is being applied. */
  kept: join(directory, 'kept.json'),
  /** The program that is being upgraded, as it was; it is there until the new one is known to be good. */
  program: join(directory, 'program'),
  /** Package files that orders install: copies of root's own, compared with what was approved. */
  files: join(directory, 'files'),
  /** What programs have printed, by the names of orders. */
  log: join(directory, 'log'),
  /** For the shell script that starts this program: when there is something to do, unless something new comes. */
  next: join(directory, 'next'),
});
