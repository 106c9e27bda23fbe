import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../lib/errors.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';

const messageSchema = z.looseObject({
  event: z.string().optional(),
  return: z.unknown().optional(),
  error: z.looseObject({ desc: z.string() }).optional(),
  id: z.number().optional(),
});

/** A connection to QEMU's machine protocol. @see QEMU docs/interop/qmp-spec */
export type Qmp = {
  /** Returns at once when QEMU has ended: there is nobody left to obey. */
  readonly execute: (command: string, args?: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly close: () => void;
};

/** Connects to QEMU's socket, waiting up to `timeoutMs` for it to appear; `onEvent` is told RESET, SHUTDOWN, …. */
export async function connectQmp(input: {
  readonly path: string;
  readonly timeoutMs: number;
  readonly onEvent: (name: string) => void;
}): Promise<Qmp> {
  const socket = await connectUnix(input.path, input.timeoutMs);
  const waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  let lastId = 0;
  createInterface({ input: socket }).on('line', (line) => {
    const message = parseJsonEdge(messageSchema, line, 'a message of QEMU');
    if (message.event !== undefined) input.onEvent(message.event);
    const waiter = message.id === undefined ? undefined : waiting.get(message.id);
    if (message.id !== undefined) waiting.delete(message.id);
    if (message.error === undefined) waiter?.resolve();
    else waiter?.reject(new UserError(`QEMU refused a command: ${message.error.desc}`));
  });
  socket.on('close', () => {
    for (const waiter of waiting.values()) waiter.resolve();
  });
  const execute: Qmp['execute'] = (command, args = {}) =>
    new Promise((resolve, reject) => {
      if (socket.destroyed) {
        resolve();
        return;
      }
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, arguments: args, id: lastId })}\n`);
    });
  await execute('qmp_capabilities');
  return { execute, close: () => socket.destroy() };
}

/** Connects to a Unix socket that another process is about to open. */
export async function connectUnix(path: string, timeoutMs: number): Promise<Socket> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      socket.on('error', () => socket.destroy());
      return socket;
    } catch (cause) {
      socket.destroy();
      if (performance.now() > deadline) throw new UserError(`${path}: no answer for ${timeoutMs} ms`, { cause });
      await delay(20);
    }
  }
}
