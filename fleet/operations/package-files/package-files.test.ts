import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fetchPackageFile } from '../../../contract/fleet/api/package-files.ts';
import type { Role } from '../../../contract/fleet/operation.ts';
import { openTestFleet } from '../../testing/test-fleet.ts';
import { callOperation, findOperation } from '../call-operation.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const { fleet } = await openTestFleet(cleanup);

test('only an admin lets the server ask private addresses', async () => {
  const fetch = (role: Role, allowPrivate: boolean) =>
    callOperation(fleet, findOperation(fetchPackageFile.name), {
      input: { url: 'https://localhost/a.deb', allowPrivate },
      actor: { name: 'ann', role },
    });
  for (const role of ['operator', 'approver'] as const)
    await assert.rejects(fetch(role, true), new RegExp(`need the role admin; ann is ${role}; nothing was fetched`));
  // This server fetches nothing, so it says so to whoever may ask.
  await assert.rejects(fetch('admin', true), /keeps no package files/);
  await assert.rejects(fetch('operator', false), /keeps no package files/);
});
