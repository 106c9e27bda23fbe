import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { warnOfDates } from './judge-certificate.ts';
import { bringCertificate, makeCertificate, tlsFiles } from './make-certificate.ts';

const root = mkdtempSync(join(tmpdir(), 'gutinteg-tls-test-'));
after(() => rmSync(root, { recursive: true }));

const make = (name: string, more: { newKey?: boolean; days?: number; names?: readonly string[] } = {}) =>
  makeCertificate({
    directory: join(root, name),
    run: runCommand,
    names: ['127.0.0.1', 'fleet.example'],
    days: 30,
    ...more,
  });

test('a client that knows the certificate reaches a server that has it, and openssl agrees with what we say', async () => {
  const made = await make('a');
  const files = tlsFiles(join(root, 'a'));
  assert.equal(statSync(files.key).mode & 0o777, 0o600);
  assert.deepEqual(made.names, ['127.0.0.1', 'fleet.example']);
  const { stdout } = await runCommand(['openssl', 'x509', '-in', made.file, '-noout', '-text', '-purpose']);
  assert.match(stdout, /prime256v1[\s\S]*IP Address:127\.0\.0\.1, DNS:fleet\.example[\s\S]*SSL server : Yes/);
  const server = createServer({ key: readFileSync(files.key), cert: readFileSync(files.certificate) }, (_, answer) =>
    answer.end('here'),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asked = request({ host: '127.0.0.1', port, ca: readFileSync(made.file), agent: false }).end();
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  assert.equal(answer.statusCode, 200);
  answer.resume();
  server.close();
});

test('a renewal keeps the key, and so the pin; a new key changes it', async () => {
  const first = await make('b');
  const renewed = await make('b', { days: 60 });
  assert.equal(renewed.pin, first.pin);
  assert.ok(renewed.hasFormerKey && renewed.validToMs > first.validToMs);
  const other = await make('b', { newKey: true });
  assert.notEqual(other.pin, first.pin);
});

test('the pin is that of openssl', async () => {
  const made = await make('c');
  const { stdout: key } = await runCommand(['openssl', 'x509', '-in', made.file, '-noout', '-pubkey']);
  const publicKey = join(root, 'public.pem');
  writeFileSync(publicKey, key);
  await runCommand(['openssl', 'pkey', '-pubin', '-in', publicKey, '-outform', 'DER', '-out', `${publicKey}.der`]);
  const { stdout } = await runCommand(['sha256sum', `${publicKey}.der`]);
  assert.equal(made.pin, `sha256:${stdout.slice(0, 64)}`);
});

test('a certificate that is brought is looked at first', async () => {
  const [mine, other] = [await make('d'), await make('e', { names: ['other.example'] })];
  const bring = (key: string, certificate: string, names: readonly string[], nowMs = Date.now()) =>
    bringCertificate({ directory: join(root, 'brought'), files: { key, certificate }, names, nowMs });
  const keyOf = (name: string): string => tlsFiles(join(root, name)).key;
  const broken = join(root, 'broken.pem');
  writeFileSync(broken, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  chmodSync(broken, 0o600);
  await assert.rejects(bring(keyOf('e'), mine.file, []), /is not the key of/);
  await assert.rejects(
    bring(keyOf('e'), other.file, ['fleet.example']),
    /is for other\.example, and not for fleet\.example/,
  );
  await assert.rejects(bring(keyOf('d'), mine.file, [], mine.validToMs), /has expired on/);
  await assert.rejects(bring(keyOf('d'), broken, []), /has no certificate in PEM/);
  await assert.rejects(bring(mine.file, mine.file, []), /has no private key in PEM/);
  await assert.rejects(bring(join(root, 'none'), mine.file, []), /none does not exist/);
  const taken = await bring(keyOf('d'), mine.file, ['fleet.example']);
  assert.equal(taken.pin, mine.pin);
});

test('what is said of its dates', async () => {
  const facts = await make('f');
  const day = 86_400_000;
  assert.equal(warnOfDates({ ...facts, validToMs: facts.validFromMs + 400 * day }, facts.validFromMs), undefined);
  assert.match(warnOfDates(facts, facts.validFromMs - 1) ?? '', /is valid from .* clock says/);
  assert.match(warnOfDates(facts, facts.validToMs - day) ?? '', /expires in 1 day, on/);
  assert.match(warnOfDates(facts, facts.validToMs) ?? '', /has expired on .*no host accepts/);
});
