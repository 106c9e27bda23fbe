import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { showStatus } from '../../contract/fleet/api/status.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { connectToFleet } from './api-client.ts';
import { socketPathOf } from './server-place.ts';
import { serveFleet } from '../serve-fleet.ts';
import { makeCertificate, tlsFiles } from '../tls/make-certificate.ts';

test('the API is on the port for those with a token, and on the socket for those on this computer', async () => {
  await using cleanup = new AsyncDisposableStack();
  const stateDir = mkdtempSync(join(tmpdir(), 'gutinteg-fleet-'));
  cleanup.defer(() => rmSync(stateDir, { recursive: true }));
  const directory = join(stateDir, 'fleet', 'tls');
  await makeCertificate({ directory, run: runCommand, names: ['127.0.0.1'], days: 2 });
  const certificate = readFileSync(tlsFiles(directory).certificate, 'utf8');
  const place = { stateDir, address: '127.0.0.1', port: 0, log: createLog('test', 'silent') };
  const running = await serveFleet(place);
  cleanup.defer(() => running.close());
  const url = `https://127.0.0.1:${running.port}`;

  const local = await connectToFleet({ stateDir }).ask(showStatus, {});
  assert.equal(local.hosts.enrolled, 0);
  assert.equal(statSync(socketPathOf(stateDir)).mode & 0o777, 0o660);
  await assert.rejects(connectToFleet({ url, certificate }).ask(showStatus, {}), /nobody has logged in/);
  const token = 'x'.repeat(40);
  await assert.rejects(connectToFleet({ url, certificate, token }).ask(showStatus, {}), /the token is not good/);
  await assert.rejects(connectToFleet({ url }).ask(showStatus, {}), /certificate is not one that is trusted here/);
  await assert.rejects(serveFleet(place), /another gutinteg fleet serve answers at/);
});
