// A rehearsal that is interrupted leaves nothing running and nothing behind but its logs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { before, test } from 'node:test';
import { demoSite } from '../../rehearse/demo-options.ts';
import { prepareSite } from '../../rehearse/set-up-run.ts';
import { loadSiteSettings } from '../../site/load-site.ts';

const LIMIT_MS = 10 * 60_000;
const END_MS = 15_000;

const WAYS = [
  { name: 'Ctrl-C on a terminal, which reaches every process', signal: 'SIGINT', toGroup: true },
  { name: 'SIGINT to the command alone', signal: 'SIGINT', toGroup: false },
  { name: 'SIGTERM to the command alone', signal: 'SIGTERM', toGroup: false },
] as const;

const MOMENTS = [
  { name: 'while its server starts', line: /^agent amd64: .*, unchanged$/, isRunning: false },
  { name: 'while its machine boots', line: /gutinteg: installing lab02/, isRunning: true },
];

before(async () => {
  const site = await loadSiteSettings(demoSite.siteDir, { state: demoSite.stateDir });
  await prepareSite(site, { onLine: () => undefined, signal: AbortSignal.timeout(LIMIT_MS) });
});

for (const { name: moment, line, isRunning } of MOMENTS) {
  for (const { name, signal, toGroup } of WAYS) {
    test(`${name}, ${moment}`, { timeout: LIMIT_MS }, async () => {
      await using stack = new AsyncDisposableStack();
      const temporary = await mkdtemp(join(tmpdir(), 'gutinteg-interrupt-'));
      stack.defer(async () => rm(temporary, { recursive: true, force: true }));
      assert.deepEqual(await processesOfRun(), [], 'of an earlier run');
      const command = startRehearsal(temporary);
      stack.defer(command.kill);
      await command.waitForLine(line);
      assert.equal((await processesOfRun()).length > 0, isRunning, 'QEMU, server, router before the end');
      const reached = await Promise.all((await processesOfRun()).map(processGroup));
      assert(!reached.includes(command.pid), 'a terminal would end QEMU or the server before the command hears of it');
      const started = performance.now();
      process.kill(toGroup ? -command.pid : command.pid, signal);
      const exitCode = await command.exitCode;

      assert.equal(exitCode, 1, command.output());
      assert.match(command.output(), new RegExp(`interrupted by ${signal}`));
      assert(performance.now() - started < END_MS, `it took ${Math.round(performance.now() - started)} ms to end`);
      assert.deepEqual(await readdir(temporary), [], 'sockets');
      assert.deepEqual(await namespacesOf(command.pid), [], 'network namespaces');
      assert.deepEqual(await processesOfRun(), [], 'QEMU, server, router');
    });
  }
}

function startRehearsal(temporary: string) {
  const { siteDir, stateDir } = demoSite;
  const gutinteg = join(import.meta.dirname, '../../bin/gutinteg');
  // A process group of its own, as a shell gives to a job.
  const child = spawn(gutinteg, ['rehearse', 'lab02', '--site', siteDir, '--state', stateDir], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const lines: string[] = [];
  const news = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      news.dispatchEvent(new Event('line'));
    });
  }
  const pid = child.pid ?? 0;
  const ended = once(child, 'close');
  return {
    pid,
    exitCode: ended.then(([code]) => code as number | null),
    output: () => lines.join('\n'),
    waitForLine: async (pattern: RegExp) => {
      while (!lines.some((line) => pattern.test(line))) {
        await Promise.race([once(news, 'line'), ended.then(() => Promise.reject(new Error(lines.join('\n'))))]);
      }
    },
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
      await ended;
    },
  };
}

async function namespacesOf(pid: number): Promise<string[]> {
  const names = await readdir('/run/netns').catch(() => []);
  return names.filter((name) => name.startsWith(`gutinteg-${pid}-`));
}

/** Process group of a process (proc_pid_stat(5), pgrp). */
async function processGroup(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
}

/** Process ids whose command line names the rehearsal of lab02. */
async function processesOfRun(): Promise<string[]> {
  const workDir = join(demoSite.stateDir, 'rehearsals/lab02/');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return commandLine.includes(workDir) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
