// A fleet's server for tests, without its port: a store of its own, and a clock that tests set.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAdmission } from '../enrolment/admissions.ts';
import { openFleet } from '../fleet.ts';
import type { Fleet } from '../fleet.ts';
import { openStore } from '../store/open-store.ts';
import type { StorePlace } from '../store/open-store.ts';
import { createLog } from '../../lib/log.ts';

export type TestFleet = { readonly fleet: Fleet; readonly clock: { ms: number }; readonly token: string };

/**
 * @param place of its store, unless SQLite will do
 * @returns with an enrolment token of a site, which lets in at once, and is good for ten years
 */
export async function openTestFleet(cleanup: AsyncDisposableStack, place?: StorePlace): Promise<TestFleet> {
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-fleet-'));
  cleanup.defer(() => rmSync(directory, { recursive: true }));
  const store = await openStore(place ?? { file: join(directory, 'fleet.db') });
  cleanup.defer(() => store.close());
  const clock = { ms: 1_800_000_000_000 };
  const fleet = await openFleet({ store, log: createLog('test', 'silent'), now: () => clock.ms });
  const admission = { kind: 'site', site: 'campus', approves: true, createdBy: 'test', createdAt: clock.ms } as const;
  const expiresAt = clock.ms + 3650 * 86_400_000;
  const token = await store.transaction((transaction) => makeAdmission(transaction, { ...admission, expiresAt }));
  return { fleet, clock, token };
}
