// A client of the API without a server, for tests of those that ask. In: what each operation answers. Out: a client, and what was
// asked. Answers are checked as those of a server are, so a test cannot have what the API has not.
import { z } from 'zod';
import type { FleetClient } from '../api/api-client.ts';

/** By the operation's name. A function is called anew each time. @throws for what it refuses */
export type StandInAnswers = Readonly<Record<string, (input: never) => unknown>>;

export type StandIn = {
  readonly client: FleetClient;
  /** `[name, input]`, in the order in which they were asked. */
  readonly asked: readonly (readonly [name: string, input: unknown])[];
};

export function standInClient(answers: StandInAnswers): StandIn {
  const asked: [string, unknown][] = [];
  const client: FleetClient = {
    ask: (operation, input) => {
      asked.push([operation.name, input]);
      const answer = answers[operation.name];
      if (answer === undefined) return Promise.reject(new Error(`nobody expected ${operation.name}`));
      return Promise.try(() => z.parse(operation.output, answer(z.parse(operation.input, input) as never)));
    },
  };
  return { client, asked };
}
