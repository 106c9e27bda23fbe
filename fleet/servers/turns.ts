// Work that needs much memory, a few at a time. In: work. Out: its result, when its turn has come. Never: an unbounded queue:
// requests under way are bounded (host-server.ts), and each has at most one.

export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;

  return async (work) => {
    if (running >= atOnce) {
      const turn = Promise.withResolvers<void>();
      waiting.push(turn.resolve);
      await turn.promise;
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Its place passes on, so nobody comes in between.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
