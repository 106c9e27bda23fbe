// DHCP over UDP: receives, asks `answerDhcp`, sends. One bad packet never stops the next one.
import { describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { BOOTREQUEST, parseDhcp, printDhcp, replyLimitOf } from '../protocol/dhcp.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import type { DhcpArrival } from '../dhcp/dhcp-arrival.ts';
import type { DhcpDestination, DhcpReply } from '../dhcp/dhcp-reply.ts';
import { bindToDevice } from './bind-to-device.ts';
import type { LogOnce } from '../../lib/limited-log.ts';
import { createPacketQueue } from './packet-queue.ts';
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts';

export type DhcpServerOptions = {
  /** The server's own address: replies leave from it, and so from its interface. */
  readonly address: string;
  readonly port: number;
  readonly clientPort: number;
  readonly log: Log;
  readonly logOnce: LogOnce;
  readonly answer: (packet: DhcpPacket, arrival: DhcpArrival) => Promise<DhcpReply | undefined>;
  /** Whether the packet names a machine of the site: it is answered before those of strangers. */
  readonly isKnown: (packet: DhcpPacket) => boolean;
  /** Broadcasts from other interfaces are not heard, where the platform lets us say so. */
  readonly interface: string;
};

/** Packets of strangers that wait, and how many of them are answered before the sockets are read again. */
const STRANGERS = { most: 256, inOneTurn: 8 } as const;
/** More packets than these of one MAC address in a second wait as a stranger's do: anybody can write it into a packet. */
const MAX_PREFERRED_A_SECOND = 10;
/** Packets being answered at one time; a flood beyond it is dropped, as a full socket buffer would. */
const MAX_PENDING = 1000;
/** What the kernel may keep for us; it gives less where net.core.rmem_max is smaller. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export type DhcpServer = { readonly dropped: () => number; close(): Promise<void> };

/**
 * Two sockets on one port: broadcasts reach the one bound to every address; the one bound to the server's own address
 * takes unicasts and sends all replies, because Linux sends a limited broadcast out of the interface of its source.
 */
export async function serveDhcp(options: DhcpServerOptions): Promise<DhcpServer> {
  const { address, port, log, logOnce } = options;
  const own = await openUdpSocket({ service: 'DHCP', address, port, reuseAddr: true });
  const any = await openUdpSocket({ service: 'DHCP', address: '0.0.0.0', port, reuseAddr: true }).catch(
    async (error: unknown) => {
      await closeUdpSocket(own);
      throw error;
    },
  );
  own.setBroadcast(true);
  await bindToDevice(port, options.interface).catch((error: unknown) => {
    const why = describeError(error);
    log.warn({ why }, `DHCP broadcasts of other interfaces are heard too; answers leave by ${options.interface} only`);
  });
  let pending = 0;
  let isClosed = false;

  const strangers = createPacketQueue<Received>({ ...STRANGERS, answer: (packet) => void answer(packet) });
  const isPreferred = createPreference();

  function receive(bytes: Uint8Array, arrival: DhcpArrival): void {
    const { source: from } = arrival;
    const parsed = parseDhcp(bytes);
    if (!parsed.ok) {
      logOnce(`${from} ${parsed.why}`, 'dropped a packet that is no DHCP', { from, why: parsed.why });
      return;
    }
    const { packet } = parsed;
    if (packet.op !== BOOTREQUEST) return;
    if (options.isKnown(packet) && isPreferred(packet)) void answer({ packet, arrival });
    else strangers.push({ packet, arrival });
  }

  async function answer({ packet, arrival }: Received): Promise<void> {
    if (pending >= MAX_PENDING) return;
    pending += 1;
    try {
      const reply = await options.answer(packet, arrival);
      if (reply !== undefined && !isClosed) send(packet, reply);
    } catch (error) {
      failed(error, arrival.source);
    } finally {
      pending -= 1;
    }
  }

  function failed(error: unknown, from: string): void {
    const why = describeError(error);
    logOnce(`answer ${why}`, 'could not answer a DHCP packet', { from, why });
  }

  function send(request: DhcpPacket, reply: DhcpReply): void {
    const [toPort, to] = target(reply.to);
    own.send(printDhcp(reply.packet, replyLimitOf(request)), toPort, to, (error) => {
      if (error !== null)
        logOnce(`send ${to} ${error.message}`, 'could not send a reply', { to, error: error.message });
    });
  }

  function target(to: DhcpDestination): [number, string] {
    if (to.kind === 'relay') return [port, to.address];
    return [options.clientPort, to.kind === 'client' ? to.address : '255.255.255.255'];
  }

  for (const socket of [own, any]) {
    socket.on('error', (error) => {
      logOnce(`socket ${error.message}`, 'DHCP socket', { why: error.message });
    });
    socket.on('message', (bytes, remote) => {
      try {
        receive(bytes, { source: remote.address, isBroadcast: socket === any });
      } catch (error) {
        failed(error, remote.address);
      }
    });
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    } catch {
      // A smaller buffer drops more of a flood, and nothing else.
    }
  }
  return {
    dropped: strangers.dropped,
    async close() {
      isClosed = true;
      await Promise.all([closeUdpSocket(own), closeUdpSocket(any)]);
    },
  };
}

type Received = { readonly packet: DhcpPacket; readonly arrival: DhcpArrival };

/** True for the first packets of a MAC address in each second. */
function createPreference(now: () => number = Date.now): (packet: DhcpPacket) => boolean {
  const counts = new Map<string, number>();
  let second = 0;
  return ({ chaddr }) => {
    const current = Math.floor(now() / 1000);
    if (current !== second) counts.clear();
    second = current;
    const mac = Buffer.from(chaddr).toString('hex');
    const count = (counts.get(mac) ?? 0) + 1;
    counts.set(mac, count);
    return count <= MAX_PREFERRED_A_SECOND;
  };
}
