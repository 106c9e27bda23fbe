// Packets that may wait. In: packets, faster than they can be answered. Out: some of them in each turn of the event loop,
// so that what may not wait is received in between. Never: more than a bounded number; the oldest are dropped.

export type PacketQueue<P> = { readonly push: (packet: P) => void; readonly dropped: () => number };

export type PacketQueueOptions<P> = {
  readonly most: number;
  /** Answered before the event loop looks for new packets. */
  readonly inOneTurn: number;
  readonly answer: (packet: P) => void;
};

export function createPacketQueue<P>({ most, inOneTurn, answer }: PacketQueueOptions<P>): PacketQueue<P> {
  const waiting: P[] = [];
  let dropped = 0;

  function turn(): void {
    for (const packet of waiting.splice(0, inOneTurn)) answer(packet);
    if (waiting.length > 0) setImmediate(turn);
  }

  return {
    push(packet) {
      if (waiting.length === 0) setImmediate(turn);
      waiting.push(packet);
      if (waiting.length <= most) return;
      waiting.shift();
      dropped += 1;
    },
    dropped: () => dropped,
  };
}
