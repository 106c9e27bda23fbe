// `gutinteg-fleet` as a program, whose host is a directory. In: where it is, and what it is to see of this computer. Out: what it
// says, and its exit code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { runCommand } from '../../lib/run-command.ts';

export type Said = { readonly code: number; readonly said: string };

export type AgentHost = {
  readonly state: string;
  readonly id: () => string;
  /** @param input of standard input */
  readonly run: (words: readonly string[], input?: string) => Promise<Said>;
  /** By the server's certificate; with a token by standard input. */
  readonly enrol: (token: string | undefined) => Promise<Said>;
};

export type AgentPlace = {
  /** The directory of its state. */
  readonly state: string;
  readonly name: string;
  readonly url: string;
  /** A file in PEM. */
  readonly certificate: string;
  readonly env: Readonly<Record<string, string>>;
  /** What starts it: `['faketime', '-f', '+1d']`. */
  readonly under?: readonly string[];
};

const repository = join(import.meta.dirname, '../..');

export function agentAt({ state, name, url, certificate, env, under = [] }: AgentPlace): AgentHost {
  const program = [join(repository, 'bin/node'), join(repository, 'fleet-agent/agent.ts')];
  const run: AgentHost['run'] = async (words, input) => {
    const argv = [...under, ...program, ...words, '--state', state];
    const options = { env, okExitCodes: [0, 1, 2, 3, 4], ...(input === undefined ? {} : { stdin: input }) };
    const { exitCode, stdout, stderr } = await runCommand(argv as [string, ...string[]], options);
    return { code: exitCode, said: stdout + stderr };
  };
  return {
    state,
    id: () => idOfKey(readFileSync(join(state, 'public-key'), 'utf8').trim()),
    run,
    enrol: (token) => {
      const words = ['enrol', '--server', url, '--certificate', certificate, '--name', name];
      return token === undefined ? run(words) : run([...words, '--token-stdin'], token);
    },
  };
}
