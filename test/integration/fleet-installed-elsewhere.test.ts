// A site whose fleet's server is on another computer: what netboot says of a machine lets it in there, with a token that is good for
// nothing else. With the real server as a program, the real program of a host, and the server killed meanwhile.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openSiteState } from '../../bin/open-site-state.ts';
import { startFleet } from '../../bin/start-fleet.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const server = await makeFleetProgram(cleanup);
const site = join(server.root, 'site');
mkdirSync(site);
const tokenFile = join(site, 'fleet-token');
const fleet = { url: server.url(), certificate: server.certificate, serve: false, tokenFile: 'fleet-token' };
writeFileSync(join(site, 'site.yaml'), JSON.stringify({ interface: 'lo', fleet }));
const begin = async () =>
  startFleet(await openSiteState(site, join(server.root, 'site-state')), createLog('test', 'silent'));

async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  for (const limit = Date.now() + 20_000; !(await isSo()); await delay(100)) assert.ok(Date.now() < limit, 'in vain');
}

test('a token file that is missing, or that everybody can read, is told before anything starts', async () => {
  await assert.rejects(begin(), { message: /fleet-token.* has no token/, hint: /--only report-machines/ });
  writeFileSync(tokenFile, 'a'.repeat(40), { mode: 0o644 });
  await assert.rejects(begin(), { message: /everybody can read it/, hint: /chmod o=/ });
});

test('a machine that was installed is let in, also when the server was away, and its new key when it is installed anew', async () => {
  await server.cli(['user', 'add', 'installer', '--role', 'approver', '--no-password']);
  const made = await server.cli([
    'token',
    'add',
    'north',
    '--user',
    'installer',
    '--only',
    'report-machines',
    '--json',
  ]);
  const { token } = JSON.parse(made.said) as { token: string };
  writeFileSync(tokenFile, `${token}\n`);
  chmodSync(tokenFile, 0o640);
  assert.match((await server.cli(['token', 'list'])).said, /installer +token +north +approver +report-machines/);
  const asked = ['hosts', '--server', server.url(), '--certificate', server.certificate, '--token-file', tokenFile];
  const refused = await runCommand([GUTINTEG, 'fleet', ...asked], { okExitCodes: [1] });
  assert.match(refused.stderr, /good for report-machines alone, and not for hosts/);

  await server.kill();
  const telling = await begin();
  assert.ok(telling !== undefined);
  cleanup.defer(telling.close);
  const host = server.addHost('web1');
  const tell = async (): Promise<string> => {
    assert.equal((await host.run(['key'])).code, 0);
    const publicKey = readFileSync(join(host.state, 'public-key'), 'utf8').trim();
    telling.onFleetKey({ machineId: 'machine-1', name: 'web1', publicKey });
    return host.id();
  };
  const first = await tell();
  await server.start();
  const shown = async (id: string): Promise<string> => (await server.cli(['show', id])).said;
  await waitFor(async () => /^web1: enrolled$/m.test(await shown(first)));
  const enrolled = await host.enrol(undefined);
  assert.match(enrolled.said, /sent: facts/);

  await runCommand(['rm', '-r', host.state]);
  mkdirSync(host.state, { mode: 0o700 });
  const second = await tell();
  await waitFor(async () => /^web1: enrolled$/m.test(await shown(second)));
  assert.match(await shown(first), /^web1: revoked, its machine was installed anew/m);
  assert.match((await server.cli(['audit'])).said, /installer +report-machines +web1/);
});
