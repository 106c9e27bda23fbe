// Whole Ethernet frames of one network card: packet(7).
// In: a card and a filter that the kernel applies. Out: frames, as they were on the wire. Never: waits; keeps a frame.
import { closeSync } from 'node:fs';
import { getRawPointer } from 'node:ffi';
import { checked, checkedBut, libc } from './libc.ts';

const AF_PACKET = 17;
const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const MSG_DONTWAIT = 0x40;
const ETH_P_ALL = 3;
const ARPHRD_ETHER = 1;
const LARGEST_FRAME_BYTES = 65_536;

/** `struct sockaddr_ll` of <linux/if_packet.h>. */
const ADDRESS_BYTES = 20;
const PROGRAM_AT = 16;

/** One instruction of a classic BPF program: `struct sock_filter` of <linux/filter.h>. */
export type FilterInstruction = {
  readonly code: number;
  readonly ifTrue?: number;
  readonly ifFalse?: number;
  readonly k: number;
};

export type PacketSocket = Disposable & {
  /** The card's own hardware address. */
  readonly mac: Uint8Array;
  /**
   * The next frame that the filter let through, without waiting; undefined when there is none yet.
   * @throws ENODEV when the card is no longer there; of one that is switched off nothing comes, and that is all
   */
  readonly receive: () => Uint8Array | undefined;
  readonly send: (frame: Uint8Array) => void;
};

/**
 * Opens a socket that sees what `filter` lets through. What is not fetched in time stays in the kernel's buffer of
 * fixed size, and is lost when that is full. Needs CAP_NET_RAW.
 * @throws EPERM without that right; ENODEV when there is no such card; EPROTONOSUPPORT when it is not Ethernet
 */
export function openPacketSocket(card: string, filter: readonly FilterInstruction[]): PacketSocket {
  const index = libc.if_nametoindex(card);
  if (index === 0) throw noSuchCard(card);
  // With protocol 0 nothing arrives before the filter is there.
  const socket = checked(libc.socket(AF_PACKET, SOCK_RAW_CLOEXEC, 0), 'opening a packet socket', card);
  try {
    attachFilter(socket, card, filter);
    checked(libc.bind(socket, addressOf(index), ADDRESS_BYTES), 'binding a packet socket', card);
    return { ...createCalls(socket, { card, index }), mac: readHardwareAddress(socket, card) };
  } catch (error) {
    closeSync(socket);
    throw error;
  }
}

function createCalls(socket: number, { card, index }: { card: string; index: number }): Omit<PacketSocket, 'mac'> {
  const buffer = Buffer.alloc(LARGEST_FRAME_BYTES);
  return {
    receive: () => {
      const size = checkedBut(libc.recv(socket, buffer, BigInt(buffer.length), MSG_DONTWAIT), {
        doing: 'receiving a frame',
        place: socket,
        codes: ['EAGAIN', 'ENETDOWN'],
      });
      if (size !== -1) return Uint8Array.from(buffer.subarray(0, size));
      // The kernel says once that the card is down, and nothing when it is gone for good.
      if (libc.if_nametoindex(card) !== index) throw noSuchCard(card);
      return undefined;
    },
    send: (frame) => {
      checked(libc.send(socket, frame, BigInt(frame.length), MSG_DONTWAIT), 'sending a frame', socket);
    },
    [Symbol.dispose]: () => {
      closeSync(socket);
    },
  };
}

function noSuchCard(card: string): Error {
  return Object.assign(new Error(`ENODEV: no such device, '${card}'`), { code: 'ENODEV' });
}

function attachFilter(socket: number, card: string, filter: readonly FilterInstruction[]): void {
  // `struct sock_fprog` and, in the same buffer so that it lives as long, the program that it points to.
  const described = Buffer.alloc(PROGRAM_AT + filter.length * 8);
  described.writeUInt16LE(filter.length, 0);
  described.writeBigUInt64LE(getRawPointer(described) + BigInt(PROGRAM_AT), 8);
  for (const [index, { code, ifTrue = 0, ifFalse = 0, k }] of filter.entries()) {
    const at = PROGRAM_AT + index * 8;
    described.writeUInt16LE(code, at);
    described.writeUInt8(ifTrue, at + 2);
    described.writeUInt8(ifFalse, at + 3);
    described.writeUInt32LE(k, at + 4);
  }
  const answer = libc.setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, described, PROGRAM_AT);
  checked(answer, 'filtering a packet socket', card);
}

function addressOf(index: number): Buffer {
  const address = Buffer.alloc(ADDRESS_BYTES);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(index, 4);
  return address;
}

function readHardwareAddress(socket: number, card: string): Uint8Array {
  const address = Buffer.alloc(ADDRESS_BYTES);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(ADDRESS_BYTES);
  checked(libc.getsockname(socket, address, size), 'asking for the address', card);
  if (address.readUInt16LE(8) === ARPHRD_ETHER && address[11] === 6) return Uint8Array.from(address.subarray(12, 18));
  const why = `EPROTONOSUPPORT: not an Ethernet card, '${card}'`;
  throw Object.assign(new Error(why), { code: 'EPROTONOSUPPORT' });
}
