// Listens for wake-ups of the fleet's server. In: a UDP socket, the server's key. Out: check-ins, one at a time. A datagram of
// anybody else costs the check of a signature, and nothing is ever answered. Never: does what a datagram says; it says nothing.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import type { KeyObject } from 'node:crypto';
import { readWakeUp } from '../../contract/fleet/wake-up.ts';
import { readFileIfThere, replaceFile } from '../state/replace-file.ts';
import { decideWakeUp } from './decide-wake-up.ts';
import type { Woken } from './decide-wake-up.ts';

export type Listening = { readonly port: number; readonly close: () => Promise<void> };

export type ListenOptions = {
  /** A port, or the number of a socket that systemd has opened. */
  readonly on: { readonly port: number; readonly address: string } | { readonly fd: number };
  readonly hostId: string;
  readonly publicKey: KeyObject;
  /** Where the number of the last wake-up is kept: a copy of it is good for nothing, after a restart either. */
  readonly file: string;
  readonly checkIn: () => Promise<void>;
  /** Milliseconds that never step. */
  readonly steadyMs?: () => number;
};

export async function listenForWakeUps(options: ListenOptions): Promise<Listening> {
  const { hostId: id, publicKey, file, checkIn, steadyMs = () => performance.now() } = options;
  let woken: Woken = { lastAt: readLastAt(file), lastRun: undefined };
  let running: Promise<void> | undefined;
  const socket = await bind(options.on);
  socket.on('message', (datagram) => {
    if (running !== undefined) return;
    const wakeUp = readWakeUp(datagram, publicKey);
    if (wakeUp === undefined) return;
    const decision = decideWakeUp(woken, wakeUp, { id, steadyMs: steadyMs() });
    if (decision.kind === 'ignore') return;
    ({ woken } = decision);
    running = follow(file, woken, checkIn).finally(() => (running = undefined));
  });
  const close = async (): Promise<void> => {
    socket.close();
    await running;
  };
  return { port: socket.address().port, close };
}

/** A full disk is no reason not to check in: the number is then known until the next restart. */
async function follow(file: string, { lastAt }: Woken, checkIn: () => Promise<void>): Promise<void> {
  try {
    replaceFile(file, `${lastAt}\n`);
  } catch (error) {
    process.stderr.write(`${file} cannot be written: ${(error as Error).message}\n`);
  }
  await checkIn().catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
}

function readLastAt(file: string): number {
  const text = readFileIfThere(file)?.toString().trim() ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

async function bind(on: ListenOptions['on']): Promise<Socket> {
  const isIpv6 = 'fd' in on || on.address.includes(':');
  const socket = createSocket(isIpv6 ? 'udp6' : 'udp4');
  socket.bind(on);
  await once(socket, 'listening');
  return socket;
}
