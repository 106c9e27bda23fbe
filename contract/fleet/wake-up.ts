// A datagram that asks a host to check in now. In: a host's id, a number, a key. Out: 91 bytes, or what is in them. It says nothing
// else: whoever could make one could make a host ask its server early, and no more.
import { sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export type WakeUp = {
  readonly hostId: string;
  /** Milliseconds since 1970 by the server's clock: each is larger than the one before, so a copy is worth nothing. */
  readonly at: number;
};

const MARK = Buffer.from('GW1');
const ID_BYTES = 16;
const SIGNED_BYTES = MARK.length + ID_BYTES + 8;
const WAKE_UP_BYTES = SIGNED_BYTES + 64;

/** What is signed begins like no other text that a key of this project signs. */
const messageOf = (part: Uint8Array): Buffer => Buffer.concat([Buffer.from('gutinteg fleet wake-up\n'), part]);

/** The mark, the id, the time (big-endian), and an ed25519 signature. */
export function makeWakeUp({ hostId, at }: WakeUp, privateKey: KeyObject): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(at));
  const part = Buffer.concat([MARK, Buffer.from(hostId, 'base64url'), time]);
  return Buffer.concat([part, sign(null, messageOf(part), privateKey)]);
}

/** @returns undefined for anything that this key has not signed */
export function readWakeUp(datagram: Buffer, publicKey: KeyObject): WakeUp | undefined {
  if (datagram.length !== WAKE_UP_BYTES || !datagram.subarray(0, MARK.length).equals(MARK)) return undefined;
  const part = datagram.subarray(0, SIGNED_BYTES);
  if (!verify(null, messageOf(part), publicKey, datagram.subarray(SIGNED_BYTES))) return undefined;
  const idEnd = MARK.length + ID_BYTES;
  return {
    hostId: part.subarray(MARK.length, idEnd).toString('base64url'),
    at: Number(part.readBigUInt64BE(idEnd)),
  };
}
