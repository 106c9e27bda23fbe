// Which options a DHCP reply has, and in which order. In: what could be sent, and the question. Out: what is sent. Pure.
import { fitsPlainly, printDhcp, replyLimitOf } from '../protocol/dhcp.ts';
import type { DhcpPacket } from '../protocol/dhcp.ts';
import { option } from '../protocol/dhcp-options.ts';
import type { DhcpOptions } from '../protocol/dhcp-option-areas.ts';

/**
 * First what kind of packet it is; then, unless they were asked for, whose it is and for how long; then what was asked for,
 * as it was asked; then the rest as it stands. @see RFC 2132 §9.8
 */
export function orderOptions(request: DhcpPacket, options: DhcpOptions): DhcpOptions {
  const asked = request.options.get(option.parameterList) ?? new Uint8Array();
  const head = [option.serverId, option.leaseSeconds].filter((code) => !asked.includes(code));
  const order = new Set([option.messageType, ...head, ...maskBeforeRouters([...asked]), ...options.keys()]);
  order.delete(option.relayAgent);
  const sorted = [...order, option.relayAgent].flatMap((code) => {
    const bytes = options.get(code);
    return bytes === undefined ? [] : [[code, bytes] as const];
  });
  return new Map(sorted);
}

/** A client that asks for routers first is still told the mask before them. @see RFC 2132 §3.3 */
function maskBeforeRouters(asked: readonly number[]): number[] {
  return asked.flatMap((code) => (code === option.routers ? [option.netmask, code] : [code]));
}

/** Without these a reply is none, or its client or relay does not take it for its own. */
const NEEDED: ReadonlySet<number> = new Set([
  option.messageType,
  option.serverId,
  option.leaseSeconds,
  option.netmask,
  option.vendorClass,
  option.clientId,
  option.subnetSelection,
  option.relayAgent,
]);

/**
 * The reply with what its client can take: what nobody asked for is left out first, then what was asked for last. Undefined
 * when not even what it needs has room. @see RFC 2131 §3.5
 */
export function fitReply(request: DhcpPacket, reply: DhcpPacket): DhcpPacket | undefined {
  const limit = replyLimitOf(request);
  // Nearly all do, and printing each reply twice took a third of the time of a decision.
  if (fitsPlainly(reply, limit)) return reply;
  const options = new Map(reply.options);
  const dispensable = inOrderOfNeed(request, options);
  while (!isPrintable({ ...reply, options }, limit)) {
    const least = dispensable.pop();
    if (least === undefined) return undefined;
    options.delete(least);
  }
  return { ...reply, options };
}

function inOrderOfNeed(request: DhcpPacket, options: DhcpOptions): number[] {
  const asked = request.options.get(option.parameterList) ?? new Uint8Array();
  const codes = [...options.keys()].filter((code) => !NEEDED.has(code));
  return [...codes.filter((code) => asked.includes(code)), ...codes.filter((code) => !asked.includes(code))];
}

function isPrintable(packet: DhcpPacket, maxBytes: number): boolean {
  try {
    printDhcp(packet, maxBytes);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
