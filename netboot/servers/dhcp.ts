// DHCP over UDP: receives, asks `answerDhcp`, sends. One bad packet never stops the next one.
import { describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { option, readUint16 } from '../protocol/dhcp-options.ts';
import { BOOTREQUEST, MIN_CLIENT_BYTES, parseDhcp, printDhcp } from '../protocol/dhcp.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import type { DhcpDestination, DhcpReply } from '../decide-dhcp.ts';
import { bindToDevice } from './bind-to-device.ts';
import { createLogOnce } from './log-once.ts';
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts';

export type DhcpServerOptions = {
  /** The server's own address: replies leave from it, and so from its interface. */
  readonly address: string;
  readonly port: number;
  readonly clientPort: number;
  readonly log: Log;
  readonly answer: (packet: DhcpPacket) => Promise<DhcpReply | undefined>;
  /** Broadcasts from other interfaces are not heard, where the platform lets us say so. */
  readonly interface: string;
};

/** Packets being answered at one time; a flood beyond it is dropped, as a full socket buffer would. */
const MAX_PENDING = 1000;
/** IP and UDP headers that option 57 counts. */
const HEADER_BYTES = 28;
const MAX_REPLY_BYTES = 1472;

/**
 * Two sockets on one port: broadcasts reach the one bound to every address; the one bound to the server's own address
 * takes unicasts and sends all replies, because Linux sends a limited broadcast out of the interface of its source.
 */
export async function serveDhcp(options: DhcpServerOptions): Promise<{ close(): Promise<void> }> {
  const { address, port, log } = options;
  const own = await openUdpSocket({ service: 'DHCP', address, port, reuseAddr: true });
  const any = await openUdpSocket({ service: 'DHCP', address: '0.0.0.0', port, reuseAddr: true }).catch(
    async (error: unknown) => {
      await closeUdpSocket(own);
      throw error;
    },
  );
  own.setBroadcast(true);
  const logOnce = createLogOnce(log);
  await bindToDevice(port, options.interface).catch((error: unknown) => {
    const why = describeError(error);
    log.warn({ why }, `DHCP broadcasts of other interfaces are heard too; answers leave by ${options.interface} only`);
  });
  let pending = 0;

  async function receive(bytes: Uint8Array, from: string): Promise<void> {
    const parsed = parseDhcp(bytes);
    if (!parsed.ok) {
      logOnce(`${from} ${parsed.why}`, 'dropped a packet that is no DHCP', { from, why: parsed.why });
      return;
    }
    if (parsed.packet.op !== BOOTREQUEST) return;
    const reply = await options.answer(parsed.packet);
    if (reply !== undefined) send(parsed.packet, reply);
  }

  function send(request: DhcpPacket, reply: DhcpReply): void {
    const [toPort, to] = target(reply.to);
    own.send(printDhcp(reply.packet, replyLimit(request)), toPort, to, (error) => {
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
      log.error({ error: error.message }, 'DHCP socket');
    });
    socket.on('message', (bytes, remote) => {
      if (pending >= MAX_PENDING) return;
      pending += 1;
      receive(bytes, remote.address)
        .catch((error: unknown) => {
          const why = describeError(error);
          logOnce(`answer ${why}`, 'could not answer a DHCP packet', { from: remote.address, why });
        })
        .finally(() => {
          pending -= 1;
        });
    });
  }
  return {
    async close() {
      await Promise.all([closeUdpSocket(own), closeUdpSocket(any)]);
    },
  };
}

function replyLimit(request: DhcpPacket): number {
  const datagram = readUint16(request.options, option.maxMessageBytes) ?? 0;
  return Math.min(Math.max(datagram - HEADER_BYTES, MIN_CLIENT_BYTES), MAX_REPLY_BYTES);
}
