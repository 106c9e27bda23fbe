// Two servers of one PostgreSQL behind nginx. Hosts check in as fast as they can, and answer tasks; each server is killed once
// under that load, and one is started again. Nothing may be lost and nothing counted twice.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { after, test } from 'node:test';
import { checkInAnswerSchema } from '../../contract/fleet/check-in.ts';
import type { CheckInAnswer } from '../../contract/fleet/check-in.ts';
import { enrolmentAnswerSchema } from '../../contract/fleet/enrolment.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { requestHeaders } from '../../contract/fleet/signed-request.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { makeAdmission } from '../../fleet/enrolment/admissions.ts';
import { addTask } from '../../fleet/hosts/host-tasks.ts';
import { openStore } from '../../fleet/store/open-store.ts';
import { checkInWith, enrolmentOf, makeTestHost } from '../../fleet/testing/simulated-host.ts';
import type { TestHost } from '../../fleet/testing/simulated-host.ts';
import { makeCertificate, tlsFiles } from '../../fleet/tls/make-certificate.ts';
import { runCommand } from '../../lib/run-command.ts';
import { freePort, startNginx } from '../helpers/nginx.ts';
import { startPostgres } from '../helpers/postgres.ts';

const HOSTS = 16;
const TASKS = 12;
/** So many exchanges are done between one blow and the next. */
const STEP = 150;

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const root = mkdtempSync(join(tmpdir(), 'gutinteg-two-servers-'));
cleanup.defer(() => rmSync(root, { recursive: true }));
chmodSync(root, 0o711);
const tls = tlsFiles(join(root, 'tls'));
await makeCertificate({ directory: join(root, 'tls'), run: runCommand, names: ['127.0.0.1', 'fleet.test'], days: 30 });
const agent = new Agent({ keepAlive: true, maxSockets: HOSTS, ca: readFileSync(tls.certificate) });
cleanup.defer(() => agent.destroy());

type Answer = { readonly status: number; readonly body: string };

async function post(port: number, sent: ReturnType<typeof enrolmentOf>): Promise<Answer> {
  const headers = { [requestHeaders.host]: sent.hostId, [requestHeaders.signature]: sent.signature };
  const options = { host: '127.0.0.1', port, path: sent.path, method: 'POST', agent, headers, timeout: 5000 };
  const asked = request(options);
  asked.on('timeout', () => asked.destroy(new Error('no answer for five seconds')));
  asked.end(sent.body);
  const [answer] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number }];
  return { status: answer.statusCode, body: await text(answer) };
}

/** Like PostgreSQL, whose socket is in a directory of its own; it may read what root may, wherever this tree is. */
const NOBODY = 65_534;
const READING = ['--inh-caps=-all,+dac_read_search', '--ambient-caps=-all,+dac_read_search'];
const AS_NOBODY = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...READING];

type Server = { readonly port: number; readonly kill: () => Promise<void> };

async function startServer(port: number, database: string): Promise<Server> {
  const state = join(root, `state-${port}`);
  mkdirSync(state, { recursive: true });
  chownSync(state, NOBODY, NOBODY);
  const program = join(import.meta.dirname, '../../bin/gutinteg');
  const where = ['--state', state, '--listen', `127.0.0.1:${port}`, '--database', database];
  const own = ['--tls-key', tls.key, '--tls-certificate', tls.certificate];
  const child: ChildProcess = spawn('setpriv', [...AS_NOBODY, program, 'fleet', 'serve', ...where, ...own], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  cleanup.defer(kill);
  await isServed(child);
  return { port, kill };
}

/** Its log says so; it is read on, as a full pipe would stop the server. */
function isServed(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  const timer = setTimeout(() => reject(new Error(`the server does not serve:\n${said}`)), 30_000);
  child.once('exit', () => reject(new Error(`the server has ended:\n${said}`)));
  child.stderr?.on('data', (lines: Buffer) => {
    said = `${said}${lines.toString()}`.slice(-4000);
    if (said.includes('the fleet is served')) resolve();
  });
  return promise.finally(() => clearTimeout(timer));
}

/** The counts of all hosts together. */
const done = { exchanges: 0, failures: 0 };
/** The test has failed or ended: no host goes on. */
const over = new AbortController();

/** Asks until it is answered, with the same bytes each time, as a host does that has no answer. */
async function insist(port: number, sent: ReturnType<typeof enrolmentOf>): Promise<string> {
  for (;;) {
    over.signal.throwIfAborted();
    const answer = await post(port, sent).catch(() => undefined);
    if (answer?.status === 200) return answer.body;
    assert.ok(answer === undefined || answer.status >= 500, answer?.body ?? '');
    done.failures += 1;
    await delay(20);
  }
}

type Simulated = { readonly host: TestHost; exchanges: number; acknowledged: number };

async function enrol(port: number, host: TestHost, admission: string): Promise<string> {
  const { token = '' } = enrolmentAnswerSchema.parse(JSON.parse(await insist(port, enrolmentOf(host, admission))));
  return token;
}

/** Lives until it is told to end, and has had every message acknowledged. */
async function live(port: number, host: TestHost, { first, mayEnd }: { first: string; mayEnd: () => boolean }) {
  const self: Simulated = { host, exchanges: 0, acknowledged: 0 };
  let token = first;
  let outbox: Message[] = [];
  let [putDown, said] = [0, 0];
  for (;;) {
    const checkIn = checkInWith(token, { ack: putDown, messages: outbox.slice(0, 50) });
    const sent = sentTo(host, checkIn);
    const answer: CheckInAnswer = checkInAnswerSchema.parse(JSON.parse(await insist(port, sent)));
    self.exchanges += 1;
    done.exchanges += 1;
    token = answer.token;
    self.acknowledged = answer.ack;
    outbox = outbox.filter(({ seq }) => seq > answer.ack);
    for (const { seq: task } of answer.tasks ?? []) {
      assert.equal(task, putDown + 1, 'a task came twice, or one is missing');
      putDown = task;
      outbox.push({ seq: (said += 1), task, kind: 'refreshed' });
    }
    if (mayEnd() && outbox.length === 0 && putDown === TASKS) return self;
  }
}

function sentTo(host: TestHost, checkIn: ReturnType<typeof checkInWith>): ReturnType<typeof enrolmentOf> {
  const body = Buffer.from(JSON.stringify(checkIn));
  const signature = host.sign(hostRoutes.checkIn, body);
  return { method: 'POST', path: hostRoutes.checkIn, hostId: host.id, signature, body, encoding: '', address: '' };
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const limit = Date.now() + 20_000; !isSo(); await delay(10)) assert.ok(Date.now() < limit, `waited for ${what}`);
}

test('each of two servers is killed under load: nothing is lost, nothing is done twice', async (context) => {
  const postgres = await startPostgres();
  cleanup.defer(() => postgres.stop());
  const database = await postgres.newDatabase();
  const ports = [await freePort(), await freePort()] as const;
  const [first, second] = await Promise.all(ports.map((port) => startServer(port, database)));
  assert.ok(first !== undefined && second !== undefined);
  const port = await startProxy(ports);
  const store = await openStore({ postgres: database, connections: 4 });
  cleanup.defer(() => store.close());
  const admission = await store.transaction((transaction) =>
    makeAdmission(transaction, {
      kind: 'site',
      site: 'campus',
      approves: true,
      createdBy: 'test',
      createdAt: Date.now(),
      expiresAt: Date.now() + 3_600_000,
    }),
  );
  let mayEnd = false;
  const hosts = Array.from({ length: HOSTS }, (_, number) => makeTestHost(`host${number}`));
  const tokens = await Promise.all(hosts.map((host) => enrol(port, host, admission)));
  cleanup.defer(() => over.abort());
  const lives = Promise.all(
    hosts.map((host, number) => live(port, host, { first: tokens[number] ?? '', mayEnd: () => mayEnd })),
  );
  // Whatever a host finds wrong ends the test at once, and not only when it waits for the lives.
  const steps = async (): Promise<void> => {
    const giving = giveTasks(store, hosts);
    await next('the first blow');
    await first.kill();
    await next('the restart');
    await startServer(first.port, database);
    await next('the second blow');
    await second.kill();
    await next('the end');
    await giving;
    mayEnd = true;
  };
  await Promise.race([steps(), lives]);
  const selves = await lives;

  const rows = await store.queries.selectFrom('hosts').selectAll().execute();
  assert.equal(rows.length, HOSTS);
  for (const self of selves) {
    const row = rows.find(({ id }) => id === self.host.id);
    assert.equal(row?.state, 'enrolled', row?.reason ?? '');
    assert.equal(row?.tokenIssued, self.exchanges + FIRST_TOKEN, 'an exchange was lost or counted twice');
    assert.deepEqual([row?.messagesReceived, self.acknowledged, row?.tasksOpen], [TASKS, TASKS, 0]);
  }
  const tasks = await store.queries.selectFrom('tasks').select(['state', 'seq']).execute();
  assert.equal(tasks.length, HOSTS * TASKS);
  assert.ok(tasks.every(({ state }) => state === 'done'));
  const resent = readFileSync(join(root, 'tries'), 'utf8')
    .split('\n')
    .filter((line) => line.includes(',')).length;
  assert.ok(done.failures + resent > 0, 'no request has met a server that was killed');
  context.diagnostic(
    `${done.exchanges} exchanges, ${resent} sent to the other server, ${done.failures} without an answer`,
  );
});

const FIRST_TOKEN = 1;

const next = (what: string): Promise<void> => {
  const goal = done.exchanges + STEP;
  return until(`exchanges before ${what}`, () => done.exchanges >= goal);
};

async function giveTasks(store: Awaited<ReturnType<typeof openStore>>, hosts: readonly TestHost[]): Promise<void> {
  for (let task = 0; task < TASKS; task += 1) {
    for (const { id: hostId } of hosts) {
      await store.transaction((transaction) =>
        addTask(store, transaction, { hostId, task: { kind: 'refresh' }, by: 'test', at: Date.now() }),
      );
    }
  }
}

/** TLS ends here, so a request that is signed over its bytes must pass unchanged. One that failed is sent to the other server. */
async function startProxy(servers: readonly number[]): Promise<number> {
  const [port, plain] = [await freePort(), await freePort()];
  const upstream = servers.map((server) => `server 127.0.0.1:${server} max_fails=1 fail_timeout=1s;`).join(' ');
  const nginx = await startNginx(
    plain,
    () => `log_format tries "$upstream_addr"; access_log ${root}/tries tries;
      upstream fleet { ${upstream} keepalive 32; }
      server { listen 127.0.0.1:${plain}; return 204; }
      server {
        listen 127.0.0.1:${port} ssl; ssl_certificate ${tls.certificate}; ssl_certificate_key ${tls.key};
        location / {
          proxy_pass https://fleet; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_ssl_trusted_certificate ${tls.certificate}; proxy_ssl_verify on; proxy_ssl_name fleet.test;
          proxy_next_upstream error timeout non_idempotent; proxy_connect_timeout 2s;
        }
      }`,
  );
  cleanup.defer(() => nginx.stop());
  return port;
}
