// DHCP clients by the thousand. In: numbers. Out: what was sent and answered. Sends to the lab's server alone.
import { setTimeout as delay } from 'node:timers/promises';
import { addresses, messageType, option, readUint8, uint8 } from '../netboot/protocol/dhcp-options.ts';
import { parseDhcp, printDhcp } from '../netboot/protocol/dhcp.ts';
import type { DhcpPacket } from '../netboot/protocol/dhcp.ts';
import { KNOWN_MAC, RELAY, SERVER, STRANGERS } from './netboot-lab-addresses.ts';
import { atRate, bound, times } from './netboot-measure.ts';

type Question = { mac: number; type: keyof typeof messageType; xid: number; requested?: string; giaddr?: string };

/** One packet, as a client or, with `giaddr`, a relay sends it. */
export function question({ mac, type, xid, requested, giaddr = '0.0.0.0' }: Question): Uint8Array {
  const chaddr = Buffer.alloc(6);
  chaddr.writeUIntBE(mac, 0, 6);
  const wanted: [number, Uint8Array][] =
    requested === undefined
      ? []
      : [
          [option.requestedAddress, addresses(requested)],
          [option.serverId, addresses(SERVER)],
        ];
  const none = '0.0.0.0';
  const packet: DhcpPacket = {
    op: 1,
    htype: 1,
    hops: 0,
    xid,
    secs: 0,
    flags: 0x8000,
    ciaddr: none,
    yiaddr: none,
    siaddr: none,
    giaddr,
    chaddr,
    sname: '',
    file: '',
    options: new Map([[option.messageType, uint8(messageType[type])], ...wanted]),
  };
  return printDhcp(packet);
}

/** Each DISCOVER is of a new MAC address. */
export async function dhcpFlood(perSecond: number, seconds: number): Promise<object> {
  const socket = await bound(0, RELAY);
  const offset = process.pid * 100_000;
  const sent = await atRate(perSecond, seconds, (count) => {
    socket.send(question({ mac: STRANGERS + offset + count, type: 'discover', xid: count }), 67, SERVER);
  });
  socket.close();
  return { sent };
}

/** A machine of the site asks as firmware does, and its answer is broadcast. */
export async function dhcpTimes(count: number): Promise<object> {
  const socket = await bound(68, '0.0.0.0');
  const waiting = new Map<number, (isAnswered: boolean) => void>();
  socket.on('message', (bytes) => waiting.get(bytes.readUInt32BE(4))?.(true));
  let xid = 0x7000_0000;
  const result = await times(count, async () => {
    xid += 1;
    const answer = Promise.withResolvers<boolean>();
    waiting.set(xid, answer.resolve);
    socket.send(question({ mac: KNOWN_MAC, type: 'discover', xid }), 67, SERVER);
    const late = setTimeout(answer.resolve, 2000, false);
    const isAnswered = await answer.promise;
    clearTimeout(late);
    waiting.delete(xid);
    return isAnswered;
  });
  socket.close();
  return result;
}

/** Each machine takes a lease of the range; for at most so many seconds. `isListed`: prints those that are acknowledged. */
export async function dhcpBind(machines: number, seconds: number, isListed: boolean): Promise<object> {
  const socket = await bound(67, RELAY);
  let acknowledged = 0;
  let begun = 0;
  const begin = (): void => {
    if (begun >= machines) return;
    const discover = { mac: STRANGERS + begun, type: 'discover', xid: begun, giaddr: RELAY } as const;
    begun += 1;
    socket.send(question(discover), 67, SERVER);
  };
  socket.on('message', (bytes) => {
    const parsed = parseDhcp(bytes);
    if (!parsed.ok) return;
    const { xid, yiaddr, options } = parsed.packet;
    const type = readUint8(options, option.messageType);
    if (type === messageType.offer) {
      const request = { mac: STRANGERS + xid, type: 'request', xid, requested: yiaddr, giaddr: RELAY } as const;
      socket.send(question(request), 67, SERVER);
    } else if (type === messageType.ack) {
      acknowledged += 1;
      if (isListed) process.stdout.write(`${yiaddr} ${(STRANGERS + xid).toString(16).padStart(12, '0')}\n`);
      begin();
    }
  });
  const began = performance.now();
  for (let running = 0; running < 50; running += 1) begin();
  const isOver = (): boolean => acknowledged >= machines || performance.now() - began >= seconds * 1000;
  for (let last = -1; !isOver();) {
    // Lost packets must not end it.
    if (acknowledged === last) begin();
    last = acknowledged;
    await delay(20);
  }
  socket.close();
  return { acknowledged, seconds: Number(((performance.now() - began) / 1000).toFixed(1)) };
}
