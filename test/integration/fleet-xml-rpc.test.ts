// XML-RPC over the fleet's port, as Python's xmlrpc.client speaks it: anybody asks for a certificate, an admin lets the host in, and
// the host reports with it, until it is revoked.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { XML_RPC_PATH } from '../../contract/fleet/routes.ts';
import type { Actor } from '../../fleet/fleet.ts';
import { callOperation, findOperation } from '../../fleet/operations/call-operation.ts';
import { serveFleet } from '../../fleet/serve-fleet.ts';
import { makeAuthority } from '../../fleet/tls/client-authority.ts';
import { makeCertificate, tlsFiles } from '../../fleet/tls/make-certificate.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';
import { scratchDirectory } from '../helpers/loop-disk.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const state = await scratchDirectory(cleanup);
const directory = join(state, 'fleet', 'tls');
await makeCertificate({ directory, run: runCommand, names: ['127.0.0.1'], days: 30, newKey: false });
await makeAuthority({ directory, days: 30, run: runCommand });
const { fleet, port, close } = await serveFleet({
  stateDir: state,
  address: '127.0.0.1',
  port: 0,
  clientCertificates: 'optional',
  log: createLog('test', 'silent'),
});
cleanup.defer(close);

/** Calls in their order, as JSON: who calls, which method, with what. `$name` is an earlier answer. Prints the answers as JSON. */
const PYTHON = `
import json, ssl, sys, xmlrpc.client
place, port, token = sys.argv[1:4]

def proxy(who):
    context = ssl.create_default_context(cafile=place + '/server.pem')
    if who in ('agent', 'other'):
        context.load_cert_chain(place + '/' + who + '.pem', place + '/' + who + '.key')
    account = 'ann:' + token + '@' if who == 'admin' else ''
    return xmlrpc.client.ServerProxy('https://' + account + '127.0.0.1:' + port + '/RPC2', context=context, use_builtin_types=True)

kept = {}
for line in sys.stdin:
    who, method, *params = json.loads(line)
    name = params.pop() if params and str(params[-1]).startswith('as ') else None
    params = [kept[p[1:]] if isinstance(p, str) and p.startswith('$') else p for p in params]
    try:
        with proxy(who) as server:
            answer = getattr(server, method)(*params)
    except xmlrpc.client.Fault as fault:
        answer = 'fault %d: %s' % (fault.faultCode, fault.faultString)
    if name: kept[name[3:]] = answer
    if name == 'as certificate': open(place + '/agent.pem', 'w').write(answer)
    print(json.dumps(answer, default=str))
`;

const local: Actor = { name: 'local', role: 'admin' };
const operate = (name: string, input: object) => callOperation(fleet, findOperation(name), { input, actor: local });

test('anybody, an admin and an agent, each as far as they may', async () => {
  const csr = await makeRequest('agent', 'ED25519');
  await makeRequest('other', 'ED25519');
  const other = ['-x509', '-new', '-key', join(state, 'other.key'), '-subj', '/CN=web1', '-days', '2'];
  await runCommand(['openssl', 'req', ...other, '-out', join(state, 'other.pem')]);
  await operate('add-user', { name: 'ann', role: 'admin' });
  const { token } = (await operate('add-token', { user: 'ann', label: 'xml-rpc' })) as { token: string };
  const many = Array.from({ length: 2000 }, (_, index) => ({ name: `package-${index}`, version: '1.0-1' }));
  const bash = { name: 'bash', version: '5.2' };
  const steps: readonly (readonly [call: readonly unknown[], answer: RegExp])[] = [
    [['anyone', 'anon.check_protocol_version', '0.2'], /^1$/],
    [['anyone', 'anon.get_my_privileges'], /^0$/],
    [['anyone', 'anon.get_ca_certificate'], /BEGIN CERTIFICATE/],
    [['anyone', 'anon.get_server_certificate'], /BEGIN CERTIFICATE/],
    [['anyone', 'admin.get_account_ids'], /^"fault 3: /],
    [['anyone', 'anon.request_csr_signing', 'web1', 'no request'], /^"fault 6: .*not a certificate request/],
    [
      ['anyone', 'anon.request_csr_signing', 'web1', await makeRequest('rsa', 'RSA')],
      /^"fault 4: .*not an ed25519 key/,
    ],
    [
      ['anyone', 'anon.request_csr_signing', 'web1', changed(csr)],
      /^"fault 6: .*cannot be signed; nothing was changed"$/,
    ],
    [['anyone', 'anon.request_csr_signing', 'web1', csr, 'as id'], /^"[\w-]{22}"$/],
    [['anyone', 'anon.get_certificate', '$id'], /^"fault 4: .* is pending/],
    [['admin', 'anon.get_my_privileges'], /^512$/],
    [['admin', 'admin.sign_csr', '$id'], /^true$/],
    [['anyone', 'anon.get_certificate', '$id', 'as certificate'], /BEGIN CERTIFICATE/],
    [['other', 'agent.get_computer_id'], /^"fault 3: .*certificate is not accepted/],
    [['agent', 'anon.get_my_privileges'], /^256$/],
    [['agent', 'agent.get_computer_id'], /^"[\w-]{22}"$/],
    [['agent', 'agent.create_computer', 'web1', 'debian', '12'], /^"[\w-]{22}"$/],
    [['agent', 'agent.update_current_packages', [bash], []], /^true$/],
    [['agent', 'agent.update_current_packages', many, []], /^true$/],
    [['agent', 'agent.set_update_candidates', [{ name: 'bash', version: '5.3' }]], /^true$/],
    [['agent', 'admin.get_computer_info', ''], /^"fault 3: /],
    [['admin', 'admin.get_current_packages', 'web1', 'ba*'], /"name": "bash", "version": "5.2"/],
    [['admin', 'admin.get_update_candidates', '$id', ''], /"5.3"/],
    [
      ['admin', 'admin.get_computer_info', 'web1'],
      /"hostname": "web1", "os_name": "debian".*1 package outdated.*last_seen/,
    ],
    [['admin', 'admin.add_task', 'web1', 'refresh', ''], /^\d+$/],
    [['agent', 'agent.get_tasks'], /"action": "refresh"/],
    [['admin', 'admin.add_task', 'web1', 'upgrade', ''], /^"job-\d+"$/],
    [['admin', 'admin.add_task', 'web1', 'explode', ''], /^"fault 4: /],
    [['admin', 'admin.get_computer_tasks', 'web1'], /"id": "job-\d+", "action": "upgrade".*"state": "waiting"/],
    [['admin', 'admin.get_account', 'ann'], /"privilege": 512/],
    [['admin', 'admin.get_account_ids'], /^\["ann"\]$/],
  ];
  const answers = await runPython(
    token,
    steps.map(([call]) => call),
  );
  for (const [index, [call, expected]] of steps.entries()) {
    assert.match(answers[index] ?? '', expected, JSON.stringify(call));
  }
  await operate('revoke-host', { host: 'web1', reason: 'sold' });
  const revoked = await runPython(token, [['agent', 'agent.get_computer_id']]);
  assert.match(revoked[0] ?? '', /^"fault 3: .*the host is revoked/);
  const wrong = await runPython('x'.repeat(43), [['admin', 'anon.get_my_privileges']]);
  assert.match(wrong[0] ?? '', /^"fault 3: the token is not good/);
});

async function runPython(token: string, calls: readonly (readonly unknown[])[]): Promise<readonly string[]> {
  await runCommand(['cp', tlsFiles(directory).certificate, join(state, 'server.pem')]);
  await writeFile(join(state, 'calls.py'), PYTHON);
  const stdin = calls.map((call) => JSON.stringify(call)).join('\n');
  const { stdout } = await runCommand(['python3', join(state, 'calls.py'), state, `${port}`, token], { stdin });
  return stdout.trimEnd().split('\n');
}

/** @returns a request for a certificate, in PEM */
async function makeRequest(name: string, algorithm: string): Promise<string> {
  const key = join(state, `${name}.key`);
  await runCommand(['openssl', 'genpkey', '-algorithm', algorithm, '-out', key]);
  return (await runCommand(['openssl', 'req', '-new', '-key', key, '-subj', '/CN=x'])).stdout;
}

/** The last byte of its signature is another one. */
function changed(pem: string): string {
  const bytes = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  const lines = bytes.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
}

test('what is not XML, too large, or endless is turned away', async () => {
  const xml = { 'Content-Type': 'text/xml' };
  assert.equal(await statusOf('GET', xml), 405);
  assert.equal(await statusOf('POST', { 'Content-Type': 'text/plain' }, 'a'), 415);
  assert.equal(await statusOf('POST', { ...xml, 'Content-Encoding': 'gzip' }, 'a'), 415);
  assert.equal(await statusOf('POST', { ...xml, 'Content-Length': `${2 ** 31}` }), 413);
  assert.equal(await statusOf('POST', xml, 'a'.repeat(64 * 1024 + 1)), 413);
  assert.equal(await statusOf('POST', xml, '<a>'.repeat(10_000)), 200);
});

async function statusOf(method: string, headers: Record<string, string>, body?: string): Promise<number | undefined> {
  const asked = request({ host: '127.0.0.1', port, path: XML_RPC_PATH, method, headers, rejectUnauthorized: false });
  // The server may close before all of it is sent.
  asked.on('error', () => undefined);
  if (body === undefined) asked.flushHeaders();
  if (body !== undefined || method === 'GET') asked.end(body);
  const [answer] = (await once(asked, 'response')) as [{ statusCode?: number; resume: () => void }];
  answer.resume();
  asked.destroy();
  return answer.statusCode;
}
