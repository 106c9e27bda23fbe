import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { authorityFiles, makeAuthority, signClientRequest } from './client-authority.ts';

const root = mkdtempSync(join(tmpdir(), 'gutinteg-authority-'));
after(() => rmSync(root, { recursive: true }));
const directory = join(root, 'tls');

async function requestWith(...key: string[]): Promise<string> {
  const file = join(root, 'request');
  const makes = ['req', '-new', '-noenc', '-keyout', join(root, 'host-key'), '-out', file];
  await runCommand(['openssl', ...makes, '-subj', '/O=Evil/CN=other', '-newkey', ...key]);
  return readFileSync(file, 'utf8');
}

const sign = (name: string, request: string) =>
  signClientRequest({ directory, name, request, days: 30, run: runCommand });

test('without an authority nothing is signed, and it says how to make one', async () => {
  const request = await requestWith('ec', '-pkeyopt', 'ec_paramgen_curve:P-256');
  await assert.rejects(sign('web1', request), { message: /no authority/, hint: /fleet tls --ca/ });
});

test('openssl accepts what the authority signed, as a client and nothing else, after a renewal too', async () => {
  await makeAuthority({ directory, days: 30, run: runCommand });
  const files = authorityFiles(directory);
  assert.equal(statSync(files.key).mode & 0o777, 0o600);
  const certificate = await sign('Web1.example', await requestWith('ec', '-pkeyopt', 'ec_paramgen_curve:P-256'));
  assert.equal(new X509Certificate(certificate).subject, 'CN=web1.example');
  await makeAuthority({ directory, days: 60, run: runCommand });
  const verify = (purpose: string) =>
    runCommand(['openssl', 'verify', '-CAfile', files.certificate, '-purpose', purpose], {
      stdin: certificate,
      okExitCodes: [0, 2],
    });
  assert.match((await verify('sslclient')).stdout, /OK/);
  assert.equal((await verify('sslserver')).exitCode, 2);
});

test('what is no request, was changed, or has a weak key is refused', async () => {
  const request = await requestWith('rsa:2048');
  await sign('web1', request);
  const line = request.split('\n')[4] ?? '';
  const changed = request.replace(line, line.split('').toReversed().join(''));
  const cases: [name: string, request: string, says: RegExp][] = [
    ['web1', 'nothing', /not a certificate request/],
    ['web1', changed, /cannot be signed/],
    ['web1', await requestWith('rsa:1024'), /weak|cannot be signed/],
    ['web1/O=root', request, /no name of a host/],
  ];
  for (const [name, text, message] of cases) await assert.rejects(sign(name, text), { message });
});
