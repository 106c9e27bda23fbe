// One file to one client, a window of blocks at a time, as a state machine without a socket. In: packets and timeouts.
// Out: packets to send, and the end. @see RFC 1350, 2347, 2348 (blksize), 2349 (timeout, tsize), 7440 (windowsize)
import { tftpError } from '../protocol/tftp.ts';
import type { TftpPacket, TftpRequest } from '../protocol/tftp.ts';

/** What fits an Ethernet frame; larger blocks arrive as fragments, which some firmware loses. */
const MAX_BLOCK_BYTES = 1468;
const MAX_WINDOW_BLOCKS = 64;
const MAX_RETRIES = 5;
/** A client that wants longer ones is refused the option: its transfer would hold a slot for minutes after it has gone. */
const MAX_TIMEOUT_SECONDS = 5;

/** How a transfer ends that was only to say how large the file is: UEFI does that before it fetches it. */
export const SIZE_ASKED = 'asked for its size';

export type Transfer = {
  /** Packets to send first: an OACK, or the first block. */
  readonly start: () => readonly TftpPacket[];
  /** Packets to send in answer to one from the client. */
  readonly receive: (packet: TftpPacket) => readonly TftpPacket[];
  /** Packets to send when nothing came for `timeoutMs`. */
  readonly timeout: () => readonly TftpPacket[];
  /** Undefined while it runs. */
  readonly ended: () => 'done' | typeof SIZE_ASKED | 'given up' | `refused by the client: ${string}` | undefined;
  readonly timeoutMs: number;
  /** The client has acknowledged something: it hears us. */
  readonly isAnswered: () => boolean;
};

type Terms = { blockBytes: number; windowBlocks: number; timeoutMs: number; answered: Map<string, string> };

export function createTransfer(request: TftpRequest, content: Uint8Array): Transfer {
  const terms = negotiate(request.options, content.length);
  const blocks = Math.floor(content.length / terms.blockBytes) + 1;
  let acked = terms.answered.size === 0 ? 0 : -1;
  let retries = 0;
  let repeatedFor = -1;
  let isAnswered = false;
  let ended: ReturnType<Transfer['ended']>;

  function window(): TftpPacket[] {
    if (acked < 0) return [{ kind: 'oack', options: terms.answered }];
    const count = Math.min(terms.windowBlocks, blocks - acked);
    return Array.from({ length: count }, (_, index) => block(acked + 1 + index));
  }

  /** Blocks count from 1; on the wire the number wraps to 0. */
  function block(number: number): TftpPacket {
    const start = (number - 1) * terms.blockBytes;
    return { kind: 'data', block: number & 0xffff, bytes: content.subarray(start, start + terms.blockBytes) };
  }

  function acknowledge(wireNumber: number): TftpPacket[] {
    if (acked < 0) {
      if (wireNumber !== 0) return [];
      isAnswered = true;
      acked = 0;
      retries = 0;
      return window();
    }
    const ahead = (wireNumber - acked) & 0xffff;
    if (ahead === 0) return lostWindow();
    if (ahead > terms.windowBlocks || acked + ahead > blocks) return [];
    isAnswered = true;
    acked += ahead;
    retries = 0;
    if (acked < blocks) return window();
    ended = 'done';
    return [];
  }

  /**
   * With a window, the same acknowledgement again means that its first block was lost; answering it once is enough.
   * With single blocks it is an old duplicate, and answering it would double every packet from then on.
   */
  function lostWindow(): TftpPacket[] {
    if (terms.windowBlocks === 1 || repeatedFor === acked) return [];
    repeatedFor = acked;
    return window();
  }

  return {
    timeoutMs: terms.timeoutMs,
    isAnswered: () => isAnswered,
    ended: () => ended,
    start: window,
    receive(packet) {
      if (ended !== undefined) return [];
      if (packet.kind === 'ack') return acknowledge(packet.block);
      if (packet.kind === 'error') {
        const hasSize = acked < 0 && terms.answered.has('tsize');
        ended = hasSize ? SIZE_ASKED : `refused by the client: ${packet.message || `error ${packet.code}`}`;
        return [];
      }
      ended = 'given up';
      return [{ kind: 'error', code: tftpError.illegalOperation, message: 'expected an acknowledgement' }];
    },
    timeout() {
      if (ended !== undefined) return [];
      retries += 1;
      if (retries <= MAX_RETRIES) return window();
      ended = 'given up';
      return [];
    },
  };
}

/** Options that are out of range or unknown are left out of the answer, which refuses them. */
function negotiate(asked: ReadonlyMap<string, string>, sizeBytes: number): Terms {
  const answered = new Map<string, string>();
  const take = (name: string, range: { min: number; max: number; most: number }): number | undefined => {
    const text = asked.get(name) ?? '';
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= range.min && value <= range.max)) return undefined;
    const agreed = Math.min(value, range.most);
    answered.set(name, String(agreed));
    return agreed;
  };
  const blockBytes = take('blksize', { min: 8, max: 65464, most: MAX_BLOCK_BYTES }) ?? 512;
  const windowBlocks = take('windowsize', { min: 1, max: 65535, most: MAX_WINDOW_BLOCKS }) ?? 1;
  const timeoutSeconds = take('timeout', { min: 1, max: MAX_TIMEOUT_SECONDS, most: MAX_TIMEOUT_SECONDS }) ?? 1;
  if (asked.has('tsize')) answered.set('tsize', String(sizeBytes));
  return { blockBytes, windowBlocks, timeoutMs: timeoutSeconds * 1000, answered };
}
