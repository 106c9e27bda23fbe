// The body of a request, within a bounded amount of memory for all requests together. In: a request. Out: its bytes as they were
// sent; or why not. Never: unpacks them; holds what is over the limit.
import type { IncomingMessage } from 'node:http';

export type BodyMemory = { heldBytes: number };

/** Of all requests under way. Compressed lists have some 20 kB; the largest that a host may send have 4 MiB. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;

export type BodyResult =
  | { readonly kind: 'read'; readonly body: Uint8Array }
  | { readonly kind: 'too-large' }
  /** The bodies of all hosts together need too much memory. */
  | { readonly kind: 'no-room' }
  /** The sender has gone. */
  | { readonly kind: 'gone' };

export type BodyRequest = {
  readonly maxBytes: number;
  /** What bodies hold; the caller gives the bytes back when it has answered. */
  readonly memory: BodyMemory;
  /** Read to its end and thrown away, so that the sender gets to read why. */
  readonly isUnwanted?: boolean;
};

/** A sender that takes its time is cut off by the server (`requestTimeout`). */
export async function readBody(request: IncomingMessage, options: BodyRequest): Promise<BodyResult> {
  const { maxBytes, memory, isUnwanted = false } = options;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return { kind: 'too-large' };
  const parts: Uint8Array[] = [];
  let length = 0;
  let isOver = false;
  try {
    // The connection stays, so that the sender can be told.
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > maxBytes) return giveBack({ kind: 'too-large' });
      if (isUnwanted || isOver) continue;
      memory.heldBytes += part.length;
      parts.push(part);
      isOver = memory.heldBytes > MAX_HELD_BYTES;
      if (isOver) giveBack({ kind: 'no-room' });
    }
  } catch {
    return giveBack({ kind: 'gone' });
  }
  if (isOver) return { kind: 'no-room' };
  return { kind: 'read', body: parts.length === 1 ? (parts[0] ?? new Uint8Array()) : Buffer.concat(parts) };

  function giveBack<R extends BodyResult>(result: R): R {
    for (const part of parts.splice(0)) memory.heldBytes -= part.length;
    return result;
  }
}
