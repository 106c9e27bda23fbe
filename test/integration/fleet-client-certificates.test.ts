// A fleet whose server takes only connections with a certificate: the program of a host, alone and behind a relay, with openssl as
// the reader of what it was given.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startRelay } from '../../fleet/relay/start-relay.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { makeFleetProgram } from '../helpers/fleet-program.ts';

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');
const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const makeAuthority = async (state: string): Promise<void> => {
  await runCommand([GUTINTEG, 'fleet', 'tls', '--ca', '--days', '20', '--state', state]);
};
const words = ['--client-certificates', 'required'];
const server = await makeFleetProgram(cleanup, { words, prepare: makeAuthority });
const authority = join(server.state, 'fleet/tls/authority.pem');
const token = await server.makeToken();

test('a host fetches a certificate when its server wants one, shows it from then on, and replaces one that has ended', async () => {
  const host = server.addHost('web1');
  const enrolled = await host.enrol(token);
  assert.equal(enrolled.code, 0, enrolled.said);
  const file = join(host.state, 'certificate.pem');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const verify = ['openssl', 'verify', '-purpose', 'sslclient', '-CAfile', authority, file] as const;
  assert.match((await runCommand(verify)).stdout, /OK/);
  const first = readFileSync(file, 'utf8');
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.equal(readFileSync(file, 'utf8'), first, 'it is good for long');
  assert.match((await host.run(['status'])).said, /^shows {5}a certificate of web1, valid until \d{4}-/m);

  const makes = ['x509', '-new', '-force_pubkey', join(server.root, 'public.pem'), '-CA', authority, '-days', '1'];
  const by = ['-CAkey', join(server.state, 'fleet/tls/authority-key.pem'), '-set_serial', '7', '-subj', '/CN=web1'];
  const key = await runCommand(['openssl', 'x509', '-in', file, '-noout', '-pubkey']);
  writeFileSync(join(server.root, 'public.pem'), key.stdout);
  const ended = await runCommand(['faketime', '-f', '-9d', 'openssl', ...makes, ...by]);
  writeFileSync(file, ended.stdout);
  assert.match((await host.run(['status'])).said, /ended on .*; the next check-in asks for another/);
  const renewed = await host.run(['check-in']);
  assert.equal(renewed.code, 0, renewed.said);
  assert.notEqual(readFileSync(file, 'utf8'), ended.stdout);
  assert.match((await runCommand(verify)).stdout, /OK/);
});

test('the end of the authority is told before it comes', async () => {
  assert.match((await server.cli(['status'])).said, /^WARNING: the authority of hosts' certificates ends on \d{4}-/m);
});

test('one of another authority is replaced, and a revoked host gets none', async () => {
  const host = server.addHost('web2');
  assert.equal((await host.enrol(token)).code, 0);
  const file = join(host.state, 'certificate.pem');
  const key = ['-key', join(host.state, 'key.pem')];
  const own = await runCommand(['openssl', 'req', '-x509', ...key, '-subj', '/CN=web2', '-days', '9']);
  writeFileSync(file, own.stdout);
  assert.equal((await host.run(['check-in'])).code, 0);
  assert.notEqual(readFileSync(file, 'utf8'), own.stdout);
  assert.match((await host.run(['certificate', '--renew'])).said, /BEGIN CERTIFICATE[^]*of web2, valid until/);
  await server.cli(['revoke', 'web2', '--reason', 'sold']);
  const refused = await host.run(['certificate', '--renew']);
  assert.equal(refused.code, 1);
  assert.match(refused.said, /this host was revoked.*sold/);
});

test('a relay shows a certificate of its own, and hosts behind it need none', async () => {
  const stateDir = join(server.root, 'relay');
  await runCommand([GUTINTEG, 'fleet', 'tls', '--name', 'localhost', '--state', stateDir]);
  const relay = await startRelay({
    stateDir,
    address: '127.0.0.1',
    port: 0,
    upstream: server.url(),
    certificate: readFileSync(server.certificate, 'utf8'),
    admission: { name: 'campus-relay', token },
    wake: { by: 'datagram', port: 8443 },
    log: createLog('relay', 'silent'),
  });
  cleanup.defer(() => relay.close());
  const certificate = join(stateDir, 'fleet/tls/certificate.pem');
  const host = server.addHost('web3', { url: `https://localhost:${relay.port}`, certificate });
  const enrolled = await host.enrol(token);
  assert.equal(enrolled.code, 0, enrolled.said);
  assert.match((await host.run(['status'])).said, /done: the server has answered/);
  assert.doesNotMatch((await host.run(['status'])).said, /certificate/);
  assert.match((await server.cli(['show', 'web3'])).said, /by relay: +campus-relay/);
  const shown = await runCommand([
    'openssl',
    'x509',
    '-in',
    join(stateDir, 'relay/certificate.pem'),
    '-noout',
    '-subject',
  ]);
  assert.match(shown.stdout, /CN = campus-relay/);
});

test('a server without its authority says so, and the host stays where it is', async () => {
  const host = server.addHost('web4');
  assert.equal((await host.enrol(token)).code, 0);
  writeFileSync(join(host.state, 'certificate.pem'), '');
  await runCommand(['mv', authority, `${authority}.away`]);
  const refused = await host.run(['check-in']);
  await runCommand(['mv', `${authority}.away`, authority]);
  assert.equal(refused.code, 1);
  assert.match(refused.said, /wants a client certificate.*none was given: .*no authority.*gutinteg fleet tls --ca/);
  assert.equal((await host.run(['check-in'])).code, 0);
});
