// A machine of a site with a fleet: it is told of the fleet by its packages, its report lets it in, and nothing is lost while the
// fleet's server is away. With the real server, a real agent, and the fleet's real program.
import assert from 'node:assert/strict';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSiteState } from '../../bin/open-site-state.ts';
import { publishFleet } from '../../bin/read-fleet-settings.ts';
import { enrolOneByOne } from '../../bin/start-fleet.ts';
import { createLog } from '../../lib/log.ts';
import type { FleetKey } from '../../netboot/fleet-keys.ts';
import { makeAgentLab } from '../helpers/agent-lab.ts';
import { HOST, makeNightlyLab } from './nightly-lab.ts';

test('the report of a machine lets it into the fleet, also when the fleet was away', async () => {
  await using stack = new AsyncDisposableStack();
  const fleetLab = await makeAgentLab(stack);
  const told = new Array<FleetKey>();
  const lab = await makeNightlyLab(stack, { onFleetKey: (key) => void told.push(key) });
  const settings = `\nfleet:\n  url: ${fleetLab.url}\n  certificate: ${fleetLab.certificate}\n  serve: false\n  orderKey: ${'k'.repeat(43)}\n`;
  await appendFile(join(lab.site.siteDir, 'site.yaml'), settings);
  await publishFleet(await openSiteState(lab.site.siteDir, lab.site.stateDir));
  await lab.stopServer();
  await lab.startServer();
  const adopted = await lab.adopt();
  assert.equal(adopted.exitCode, 0, adopted.stdout + adopted.stderr);
  const place = JSON.parse(await lab.text('etc/gutinteg/fleet.json')) as Record<string, string>;
  assert.deepEqual([place['url'], place['mode']], [fleetLab.url, 'image']);
  assert.match(place['certificate'] ?? '', /^-----BEGIN CERTIFICATE-----/);
  // An image's packages are not for the fleet to change.
  assert.deepEqual(JSON.parse(await lab.text('etc/gutinteg/fleet-orders.json')), {
    keys: ['k'.repeat(43)],
    allow: ['refresh', 'reboot'],
  });
  assert.equal(told.length, 0);

  const state = join(lab.root, 'var/lib/gutinteg-fleet');
  await mkdir(state, { recursive: true, mode: 0o700 });
  const host = fleetLab.hostAt(state, 'another-name');
  assert.equal((await host.run(['key'])).code, 0);
  assert.equal((await lab.agent([])).exitCode, 0);
  assert.deepEqual(
    told.map(({ name, publicKey }) => [name, publicKey.length]),
    [[HOST, 43]],
  );

  // The fleet heard nothing of it; it is told again when the server starts.
  await lab.stopServer();
  await lab.startServer();
  assert.deepEqual(told[1], told[0]);
  const { onFleetKey, whenIdle } = enrolOneByOne(fleetLab.fleet, createLog('test', 'silent'));
  for (const key of told) onFleetKey(key);
  await whenIdle();
  const row = await fleetLab.hostRow(host.id());
  assert.deepEqual(
    [row?.name, row?.state, row?.origin, row?.machineId],
    [HOST, 'enrolled', 'machdb', told[0]?.machineId],
  );
  const enrolled = await host.enrol(undefined);
  assert.match(enrolled.said, /sent: facts\nsent: installed/);
});
