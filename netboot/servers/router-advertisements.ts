// Answers who looks for an IPv6 router: iPXE asks before it boots, and without an answer waits for 16 s. In: solicitations
// of one network card. Out: advertisements that offer nothing. Never: sends one unasked; makes the server a router.
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { describeError } from '../../lib/errors.ts';
import { parseIpv6 } from '../../lib/ipv6.ts';
import type { Log } from '../../lib/log.ts';
import { openPacketSocket } from '../../packagelink/native/packet-socket.ts';
import type { PacketSocket } from '../../packagelink/native/packet-socket.ts';
import { parseSolicitation, printAdvertisement, solicitationFilter } from '../protocol/router-advertisement.ts';

/** A packet socket has no event: it is looked at this often. */
const POLL_MS = 200;
/** Of those that came since the last look; a flood is not answered with another. */
const MOST_AT_ONCE = 16;
const ALL_ROUTERS = 'ff02::2';

/** Where it cannot be done, the server goes on without it, and the log says why. */
export function serveRouterAdvertisements({ card, log }: { card: string; log: Log }): { close(): Promise<void> } {
  const stack = new DisposableStack();
  try {
    joinAllRouters(stack, card);
    const socket = stack.use(openPacketSocket(card, solicitationFilter));
    const timer = setInterval(() => answerWaiting(socket, card), POLL_MS);
    timer.unref();
    stack.defer(() => clearInterval(timer));
  } catch (error) {
    stack.dispose();
    log.warn({ why: describeError(error) }, 'router advertisements cannot be sent; iPXE waits for 16 s longer');
    return { close: async () => {} };
  }
  return { close: async () => stack.dispose() };
}

/** So that the card lets through what is sent to all routers. */
function joinAllRouters(stack: DisposableStack, card: string): void {
  const member = createSocket('udp6');
  stack.defer(() => member.close());
  member.unref();
  member.addMembership(ALL_ROUTERS, `::%${card}`);
}

function answerWaiting(socket: PacketSocket, card: string): void {
  for (let count = 0; count < MOST_AT_ONCE; count += 1) {
    const frame = receiveIfThere(socket);
    if (frame === undefined) return;
    const solicitation = parseSolicitation(frame);
    const address = linkLocalOf(card);
    if (solicitation === undefined || address === undefined) continue;
    socket.send(printAdvertisement(solicitation, { mac: socket.mac, address }));
  }
}

/** A card that is gone for a moment sends nothing; DHCP says that it is. */
function receiveIfThere(socket: PacketSocket): Uint8Array | undefined {
  try {
    return socket.receive();
  } catch {
    return undefined;
  }
}

function linkLocalOf(card: string): Uint8Array | undefined {
  const own = networkInterfaces()[card]?.find(({ address }) => address.startsWith('fe80:'));
  const number = own === undefined ? undefined : parseIpv6(own.address);
  return number === undefined ? undefined : Buffer.from(number.toString(16).padStart(32, '0'), 'hex');
}
