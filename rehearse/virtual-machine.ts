// One run of a virtual machine, from power-on to power-off.
// In: hardware. Out: its console as text, its resets, keys typed on its console. Never: knows what it boots.
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { execa } from 'execa';
import { UserError } from '../lib/errors.ts';
import type { Namespace } from './namespace.ts';
import { qemuArgv } from './qemu-argv.ts';
import type { VirtualHardware } from './qemu-argv.ts';
import { connectQmp, connectUnix } from './qmp.ts';

export type VirtualMachine = {
  readonly pid: number;
  /** All that the console has shown since power-on. */
  readonly console: () => string;
  /** How often the machine has reset itself since power-on. */
  readonly resets: () => number;
  readonly isRunning: () => boolean;
  /** Presses the reset button. */
  readonly reset: () => Promise<void>;
  readonly type: (text: string) => void;
  /** Hears the console from now on; call the answer to stop. */
  readonly onConsole: (listen: (text: string) => void) => () => void;
  /**
   * Presses Ctrl-Alt-Del and switches it off where it would start again; pulls the plug after `timeoutMs`. True when
   * the system went down by itself. (The power button would need a daemon that a small system does not have.)
   */
  readonly shutDown: (timeoutMs: number) => Promise<boolean>;
  /** Pulls the plug. */
  readonly kill: () => Promise<void>;
};

/** An empty disk: a sparse file of `sizeBytes`, replacing one that is there. */
export async function createDisk(path: string, sizeBytes: number): Promise<void> {
  await rm(path, { force: true });
  await using file = await open(path, 'wx', 0o600);
  await file.truncate(sizeBytes);
}

/** Switches a machine on inside the namespace. @throws UserError when QEMU does not start */
export async function powerOn(
  namespace: Namespace,
  hardware: VirtualHardware,
  watch: { readonly onConsole?: (text: string) => void; readonly onReset?: () => void } = {},
): Promise<VirtualMachine> {
  await Promise.all([hardware.serialSocket, hardware.qmpSocket].map((path) => rm(path, { force: true })));
  const [file, ...args] = namespace.inside(qemuArgv(hardware));
  const child = execa(file, args, { reject: false, stdin: 'ignore', cleanup: true, forceKillAfterDelay: 2000 });
  let running = true;
  const ended = child.then((result) => {
    running = false;
    return result;
  });
  const failed = ended.then((result): never => {
    throw new UserError(`QEMU ended at once (exit code ${result.exitCode}): ${result.stderr.trim()}`);
  });
  // It is raced against the connection; until somebody waits for it, its error is nobody's.
  failed.catch(() => undefined);
  let text = '';
  const listeners = new Set<(text: string) => void>();
  if (watch.onConsole !== undefined) listeners.add(watch.onConsole);
  let resets = 0;
  const connected = Promise.all([
    connectUnix(hardware.serialSocket, 10_000),
    connectQmp({
      path: hardware.qmpSocket,
      timeoutMs: 10_000,
      onEvent: (name) => {
        if (name !== 'RESET') return;
        resets += 1;
        watch.onReset?.();
      },
    }),
  ]);
  connected.catch(() => undefined);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const [serial, qmp] = await Promise.race([connected, failed]).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  serial.setEncoding('utf8').on('data', (chunk) => {
    text += String(chunk);
    for (const listen of listeners) listen(String(chunk));
  });
  return {
    pid: child.pid ?? 0,
    console: () => text,
    resets: () => resets,
    isRunning: () => running,
    reset: () => qmp.execute('system_reset'),
    type: (keys) => void serial.write(keys),
    onConsole: (listen) => {
      listeners.add(listen);
      return () => void listeners.delete(listen);
    },
    kill,
    shutDown: async (timeoutMs) => {
      const timer = AbortSignal.timeout(timeoutMs);
      await qmp.execute('set-action', { reboot: 'shutdown' });
      await qmp.execute('send-key', { keys: ['ctrl', 'alt', 'delete'].map((data) => ({ type: 'qcode', data })) });
      const bySelf = await Promise.race([ended.then(() => true), once(timer, 'abort').then(() => false)]);
      await kill();
      return bySelf;
    },
  };
}
