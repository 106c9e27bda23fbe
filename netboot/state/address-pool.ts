// Which addresses of a pool may be given away next. In: addresses as numbers, and when those that are taken become
// free. Out: the address that was never used, or else the one that has been free for longest, in constant time: a pool
// of 65,000 addresses that is used up costs no more than an empty one.

export function createAddressPool(range: { from: number; to: number; excluded: ReadonlySet<number> }) {
  const { from, to, excluded } = range;
  /** Addresses below this one have been given away before, or were taken out of turn. */
  let cursor = from;
  /** Given back, in the order of it. */
  const free = new Set<number>();
  /** Each in the order in which times end. */
  const queues = new Map<string, Map<number, number>>();
  const queueOf = new Map<number, Map<number, number>>();

  function leaveQueue(address: number): void {
    queueOf.get(address)?.delete(address);
    queueOf.delete(address);
  }

  /** Moves those whose time is over to the free ones; each is moved once for each time that it was taken. */
  function expire(nowMs: number): void {
    for (const queue of queues.values()) {
      for (const [address, expiresAtMs] of queue) {
        if (expiresAtMs > nowMs) break;
        give(address);
      }
    }
  }

  function give(address: number): void {
    leaveQueue(address);
    if (contains(address)) free.add(address);
  }

  function contains(address: number): boolean {
    return address >= from && address <= to && !excluded.has(address);
  }

  return {
    contains,
    give,

    size: to - from + 1 - [...excluded].filter((address) => address >= from && address <= to).length,

    /** Taken until then. In each queue whoever comes later ends later. */
    take(address: number, until: { expiresAtMs: number; queue: string }): void {
      leaveQueue(address);
      free.delete(address);
      const queue = queues.get(until.queue) ?? new Map<number, number>();
      queues.set(until.queue, queue);
      queue.set(address, until.expiresAtMs);
      queueOf.set(address, queue);
    },

    /** The next free address; undefined when the pool is used up. It is not taken by this. */
    next(nowMs: number): number | undefined {
      expire(nowMs);
      while (cursor <= to && (queueOf.has(cursor) || free.has(cursor) || excluded.has(cursor))) cursor += 1;
      return cursor <= to ? cursor : free.values().next().value;
    },

    /** The address of the queue whose time ends first, over or not. */
    firstToEnd: (queue: string): number | undefined => queues.get(queue)?.keys().next().value,
  };
}
