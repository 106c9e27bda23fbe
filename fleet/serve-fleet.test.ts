import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { refusalSchema } from '../contract/fleet/enrolment.ts';
import { hostRoutes } from '../contract/fleet/routes.ts';
import { createLog } from '../lib/log.ts';
import { runCommand } from '../lib/run-command.ts';
import { startFleetServer } from './servers/fleet-server.ts';
import { createHostRoutes } from './servers/host-routes.ts';
import { openTestFleet } from './testing/test-fleet.ts';
import { makeAuthority, signClientRequest } from './tls/client-authority.ts';
import { makeCertificate, tlsFiles } from './tls/make-certificate.ts';
import { readKeyPair, watchCertificate } from './tls/watch-certificate.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const root = mkdtempSync(join(tmpdir(), 'gutinteg-serve-fleet-'));
cleanup.defer(() => rmSync(root, { recursive: true }));
const { fleet } = await openTestFleet(cleanup);
const log = createLog('test', 'silent');

const make = (directory: string, days = 30, newKey = false) =>
  makeCertificate({ directory, run: runCommand, names: ['127.0.0.1'], days, newKey });

async function startServer(directory: string, mode: 'none' | 'optional' | 'required', clientAuthority?: string) {
  const pair = await readKeyPair(tlsFiles(directory));
  const routes = createHostRoutes(fleet, { clientCertificates: mode });
  const authority = clientAuthority === undefined ? {} : { clientAuthority };
  const server = await startFleetServer({ address: '127.0.0.1', port: 0, log, ...pair, ...authority, routes });
  cleanup.defer(() => server.close());
  return { server, pair };
}

async function ask(port: number, options: RequestOptions, path: string = hostRoutes.checkIn) {
  const asked = request({ host: '127.0.0.1', port, path, method: 'POST', agent: false, ...options }).end('{}');
  const [answer] = (await once(asked, 'response')) as [
    NodeJS.ReadableStream & { statusCode: number; socket: TLSSocket },
  ];
  const validTo = answer.socket.getPeerCertificate().valid_to;
  return { refusal: refusalSchema.parse(JSON.parse(await text(answer))), validTo: Date.parse(validTo) };
}

test('a renewed certificate is in use without a restart; one whose key is another never is', async () => {
  const directory = join(root, 'a');
  const files = tlsFiles(directory);
  const first = await make(directory);
  const { server, pair } = await startServer(directory, 'none');
  const clock = { ms: Date.now() };
  const watch = watchCertificate({ files, pair, use: server.renew, log, now: () => clock.ms });
  after(watch.stop);
  const seen = async () => (await ask(server.port, { rejectUnauthorized: false })).validTo;
  assert.equal(watch.warning(), `the certificate expires in 29 days, on ${day(first.validToMs)}`);
  const renewed = await make(directory, 60);
  await watch.check();
  assert.equal(await seen(), renewed.validToMs);
  assert.equal(watch.warning(), undefined);
  clock.ms = renewed.validToMs + 1;
  assert.match(watch.warning() ?? '', /has expired/);
  await make(join(root, 'other'), 90);
  writeFileSync(files.certificate, readFileSync(tlsFiles(join(root, 'other')).certificate));
  await watch.check();
  assert.equal(await seen(), renewed.validToMs);
});

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

test('mutual TLS: who needs a certificate, and what is said of one that will not do', async () => {
  const [directory, strange] = [join(root, 'b'), join(root, 'strange')];
  await make(directory);
  const authority = await makeAuthority({ directory, days: 30, run: runCommand });
  await makeAuthority({ directory: strange, days: 30, run: runCommand });
  const key = join(root, 'host.key');
  const csr = join(root, 'host.csr');
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', key];
  await runCommand(['openssl', 'req', '-new', '-noenc', ...newKey, '-subj', '/CN=x', '-out', csr]);
  const sign = async (by: string) => ({
    key: readFileSync(key),
    cert: await signClientRequest({
      directory: by,
      name: 'web1',
      request: readFileSync(csr, 'utf8'),
      days: 30,
      run: runCommand,
    }),
  });
  const [good, others] = [await sign(directory), await sign(strange)];
  const server = { key: readFileSync(tlsFiles(directory).key), cert: readFileSync(tlsFiles(directory).certificate) };
  const ca = readFileSync(tlsFiles(directory).certificate);
  const cases: ['optional' | 'required', RequestOptions, error: string, says: RegExp, path?: string][] = [
    ['optional', {}, 'unknown-host', /./],
    ['optional', good, 'unknown-host', /./],
    ['optional', others, 'client-certificate', /another authority/],
    ['required', {}, 'client-certificate', /wants a client certificate/],
    ['required', {}, 'bad-request', /./, hostRoutes.enrol],
    ['required', good, 'unknown-host', /./],
    ['required', server, 'client-certificate', /not for clients/],
  ];
  const ports = {
    optional: (await startServer(directory, 'optional', authority)).server.port,
    required: (await startServer(directory, 'required', authority)).server.port,
  };
  for (const [mode, options, error, says, path] of cases) {
    const { refusal } = await ask(ports[mode], { ca, ...options }, path);
    assert.equal(refusal.error, error, refusal.message);
    assert.match(refusal.message, says);
  }
});
