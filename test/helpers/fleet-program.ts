// `gutinteg fleet serve` as a program with a state directory of its own, and the commands that ask it. In: a stack, which ends it.
// Out: the server, to be killed and started again on the same port, and what commands say.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runCommand } from '../../lib/run-command.ts';
import { agentAt } from './agent-program.ts';
import type { AgentHost, AgentPlace, Said } from './agent-program.ts';
import { makeSmallDpkg } from './small-dpkg.ts';

/** A line of its log. */
type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

const GUTINTEG = join(import.meta.dirname, '../../bin/gutinteg');

export type FleetProgramOptions = {
  /** What the server and its certificate see as the time: `['faketime', '-f', '-20d']`. */
  readonly under?: readonly string[];
  /** Days that the certificate is good for. */
  readonly days?: number;
  /** Further words of `gutinteg fleet serve`. */
  readonly words?: readonly string[];
  /** Given the directory, before anything is in it. */
  readonly prepare?: (directory: string) => Promise<void>;
};

/** The server is started. */
export async function makeFleetProgram(stack: AsyncDisposableStack, options: FleetProgramOptions = {}) {
  const { under = [], days = 30, words = [], prepare } = options;
  const root = mkdtempSync(join(tmpdir(), 'gutinteg-fleet-program-'));
  stack.defer(() => rmSync(root, { recursive: true }));
  const state = join(root, 'state');
  mkdirSync(state);
  await prepare?.(state);
  const cli = async (argv: readonly string[], startedBy: readonly string[] = []): Promise<Said> => {
    const all = [...startedBy, GUTINTEG, 'fleet', ...argv, '--state', state] as unknown as [string, ...string[]];
    const { exitCode, stdout, stderr } = await runCommand(all, { okExitCodes: [0, 1, 2, 3] });
    return { code: exitCode, said: stdout + stderr };
  };
  const makeCertificate = (forDays: number, startedBy = under): Promise<Said> =>
    cli(['tls', '--name', 'localhost', '--days', String(forDays)], startedBy);
  await makeCertificate(days);
  const certificate = join(state, 'fleet/tls/certificate.pem');
  const env = await makeSmallDpkg(join(root, 'dpkg'));
  const log: LogLine[] = [];
  let child: ChildProcess | undefined;
  let port = 0;
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (child === undefined) return;
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill(signal);
    await ended;
    child = undefined;
  };
  stack.defer(() => kill());
  /** @param startedBy in the place of `under` @returns what it said, when it did not begin to serve */
  const tryStart = async (startedBy: readonly string[] = under): Promise<string | undefined> => {
    const argv = ['fleet', 'serve', '--state', state, '--listen', `127.0.0.1:${port}`, '--user', 'root', ...words];
    const [file = GUTINTEG, ...rest] = [...startedBy, GUTINTEG, ...argv];
    child = spawn(file, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    const served = await isServed(child, log);
    if (typeof served === 'number') port = served;
    return typeof served === 'number' ? undefined : served;
  };
  const start = async (): Promise<void> => assert.equal(await tryStart(), undefined);
  await start();
  const url = (): string => `https://localhost:${port}`;
  const hostAt = (name: string, more: Partial<AgentPlace> = {}): AgentHost =>
    agentAt({ state: join(root, name), name, url: url(), certificate, env, ...more });
  return {
    root,
    state,
    certificate,
    key: join(state, 'fleet/tls/key.pem'),
    env,
    log,
    url,
    pid: () => child?.pid ?? 0,
    port: () => port,
    kill,
    start,
    tryStart,
    cli,
    makeCertificate,
    hostAt,
    addHost: (name: string, more: Partial<AgentPlace> = {}): AgentHost => {
      mkdirSync(join(root, name), { mode: 0o700 });
      return hostAt(name, more);
    },
    copyHost: ({ state: from }: AgentHost, name: string): AgentHost => {
      cpSync(from, join(root, name), { recursive: true });
      return hostAt(name);
    },
    /** Of a site: any number of hosts, which are let in at once. */
    makeToken: async (): Promise<string> => {
      const { said } = await cli(['enrol', '--for-site', 'campus', '--approve', '--json']);
      return (JSON.parse(said) as { token: string }).token;
    },
    /** Bytes that it has in memory now, and the most that it ever had. */
    memory: () => ({ nowBytes: statusOf(child, 'VmRSS'), peakBytes: statusOf(child, 'VmHWM') }),
  };
}

function statusOf(child: ChildProcess | undefined, field: string): number {
  const text = readFileSync(`/proc/${child?.pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1]) * 1024;
}

/** @returns its port, or what it said before it ended */
async function isServed(child: ChildProcess, log: LogLine[]): Promise<number | string> {
  const served = Promise.withResolvers<number | string>();
  const said: string[] = [];
  if (child.stderr === null) throw new Error('no standard error');
  createInterface({ input: child.stderr }).on('line', (text) => {
    said.push(text);
    if (!text.startsWith('{')) return;
    const line = JSON.parse(text) as LogLine;
    log.push(line);
    if (line.msg === 'the fleet is served') served.resolve(Number(line['port']));
  });
  child.once('close', () => served.resolve(said.join('\n')));
  return served.promise;
}
