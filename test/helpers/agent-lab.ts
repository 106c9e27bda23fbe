// A fleet's server on loopback, and hosts that are directories: the agent is run as a program. Dispose of it by the stack.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageSchema } from '../../contract/fleet/tasks.ts';
import type { Message, NewTask } from '../../contract/fleet/tasks.ts';
import { approveHost, releaseHost } from '../../fleet/hosts/change-host.ts';
import type { HostChange } from '../../fleet/hosts/change-host.ts';
import { addTask } from '../../fleet/hosts/host-tasks.ts';
import { startFleetServer } from '../../fleet/servers/fleet-server.ts';
import type { FleetServer } from '../../fleet/servers/fleet-server.ts';
import { createHostRoutes } from '../../fleet/servers/host-routes.ts';
import { openTestFleet } from '../../fleet/testing/test-fleet.ts';
import { agentAt } from './agent-program.ts';
import type { AgentHost } from './agent-program.ts';
import { makeSmallDpkg } from './small-dpkg.ts';
import { makeCertificate, tlsFiles } from '../../fleet/tls/make-certificate.ts';
import { createLog } from '../../lib/log.ts';
import { runCommand } from '../../lib/run-command.ts';

export async function makeAgentLab(stack: AsyncDisposableStack) {
  const directory = mkdtempSync(join(tmpdir(), 'gutinteg-agent-lab-'));
  stack.defer(() => rmSync(directory, { recursive: true }));
  const { fleet, clock, token } = await openTestFleet(stack);
  clock.ms = Date.now();
  const made = await makeCertificate({
    directory: join(directory, 'tls'),
    run: runCommand,
    names: ['localhost'],
    days: 3,
  });
  await makeCertificate({ directory: join(directory, 'other'), run: runCommand, names: ['localhost'], days: 3 });
  const certificate = tlsFiles(join(directory, 'tls')).certificate;
  let server: FleetServer | undefined;
  let port = 0;
  const start = async ({ otherCertificate = false } = {}): Promise<void> => {
    const files = tlsFiles(join(directory, otherCertificate ? 'other' : 'tls'));
    const [key, shown] = [readFileSync(files.key, 'utf8'), readFileSync(files.certificate, 'utf8')];
    const log = createLog('test', 'silent');
    const place = { address: '127.0.0.1', port, log, routes: createHostRoutes(fleet) };
    server = await startFleetServer({ ...place, key, certificate: shown });
    port = server.port;
  };
  const stop = async (): Promise<void> => {
    await server?.close();
    server = undefined;
  };
  await start();
  stack.defer(stop);
  const url = `https://localhost:${port}`;
  const env = await makeSmallDpkg(join(directory, 'dpkg'));
  const hostAt = (state: string, name: string): AgentHost => agentAt({ state, name, url, certificate, env });
  const change = (hostId: string, work: (change: HostChange) => Promise<void>): Promise<void> =>
    fleet.store.transaction((transaction) =>
      work({ store: fleet.store, transaction, hostId, by: 'test', at: clock.ms }),
    );
  return {
    fleet,
    url,
    token,
    certificate,
    pin: made.pin,
    start,
    stop,
    hostAt,
    addHost: (name: string): AgentHost => {
      const state = join(directory, name);
      mkdirSync(state, { mode: 0o700 });
      return hostAt(state, name);
    },
    copyHost: ({ state }: AgentHost, name: string): AgentHost => {
      cpSync(state, join(directory, name), { recursive: true });
      return hostAt(join(directory, name), name);
    },
    hostRow: (id: string) =>
      fleet.store.queries.selectFrom('hosts').selectAll().where('id', '=', id).executeTakeFirst(),
    approve: (id: string) => change(id, approveHost),
    release: (id: string) => change(id, releaseHost),
    ask: (hostId: string, task: NewTask) =>
      fleet.store.transaction((transaction) =>
        addTask(fleet.store, transaction, { hostId, task, by: 'test', at: Date.now() }),
      ),
    answers: async (id: string): Promise<Message[]> => {
      const rows = await fleet.store.queries
        .selectFrom('tasks')
        .selectAll()
        .where('host', '=', id)
        .orderBy('seq')
        .execute();
      return rows.map(({ answerJson }) => messageSchema.parse(JSON.parse(answerJson ?? '')));
    },
  };
}
