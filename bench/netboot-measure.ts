// Sending at a rate, and times of answers. In: what to send or ask. Out: counts, milliseconds.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** A UDP socket on the port; 0 is any free one. */
export async function bound(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.bind(port, address);
  await once(socket, 'listening');
  socket.setBroadcast(true);
  return socket;
}

/** Calls `send` so many times a second for so many seconds, evenly. */
export async function atRate(perSecond: number, seconds: number, send: (count: number) => void): Promise<number> {
  const began = performance.now();
  let sent = 0;
  for (let now = began; now < began + seconds * 1000; now = performance.now()) {
    const due = Math.floor(((now - began) / 1000) * perSecond);
    for (; sent < due; sent += 1) send(sent);
    await delay(1);
  }
  return sent;
}

function quantiles(values: readonly number[]): Record<string, number> {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1));
  return { count: values.length, medianMs: at(0.5), p99Ms: at(0.99), mostMs: at(1) };
}

/** Asks one thing after the other, `count` times, with a pause; unanswered ones are counted. */
export async function times(count: number, ask: () => Promise<boolean>): Promise<object> {
  const answered: number[] = [];
  let none = 0;
  for (let asked = 0; asked < count; asked += 1) {
    const began = performance.now();
    if (await ask()) answered.push(performance.now() - began);
    else none += 1;
    await delay(20);
  }
  return { ...quantiles(answered), unanswered: none };
}
