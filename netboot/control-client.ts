// The administrator's end of the control socket. In: a state directory. Out: checked answers. Never: the network.
import { join } from 'node:path';
import type { z } from 'zod';
import {
  compareControlVersions,
  CONTROL_VERSION,
  CONTROL_VERSION_HEADER,
  controlAnswers,
} from '../contract/control.ts';
import type {
  AllAnswer,
  ArmedAnswer,
  ClaimAnswer,
  controlRequests,
  HostKeysAnswer,
  MediumAnswer,
  OfferAnswer,
  StatusAnswer,
  SummaryAnswer,
} from '../contract/control.ts';
import type { Health } from '../contract/health.ts';
import { latestHostKeys } from './host-keys.ts';
import type { Consent } from './machine-source.ts';
import { UserError } from '../lib/errors.ts';
import { httpExchange } from '../lib/http-exchange.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export type ControlClient = {
  /** Nothing is allowed besides the installation unless given. */
  readonly arm: (name: string, consent?: Partial<Consent>) => Promise<ArmedAnswer>;
  /** Consent to take in a machine that was installed by hand. */
  readonly claim: (name: string) => Promise<ClaimAnswer>;
  /** Consent to install it from a medium, without the server. */
  readonly medium: (name: string, consent?: Partial<Consent>) => Promise<MediumAnswer>;
  /** Puts cards that were seen elsewhere on the list of unknown ones. */
  readonly offer: (macs: readonly string[]) => Promise<OfferAnswer>;
  /** Takes consent back; `why` is shown wherever the machine's state is. */
  readonly disarm: (name: string, why: string) => Promise<SummaryAnswer>;
  readonly status: (name: string) => Promise<StatusAnswer>;
  readonly all: () => Promise<AllAnswer>;
  /** Of every machine that has reported some. */
  readonly hostKeys: () => Promise<HostKeysAnswer>;
  /** @throws UserError also while the server is still opening its ports */
  readonly health: () => Promise<Health>;
};

/** Asks the server that uses this state directory. @throws UserError when none is running or it refuses. */
export function createControlClient(stateDir: string): ControlClient {
  const socketPath = join(stateDir, 'control.sock');
  async function ask<S extends z.ZodType>(schema: S, path: string, body?: object): Promise<z.output<S>> {
    const answer = await exchange(socketPath, path, body);
    const fault = compareControlVersions({ client: String(CONTROL_VERSION), server: answer.version });
    if (fault !== undefined) throw new UserError(fault.message, { hint: fault.hint });
    if (answer.status === 200) return parseJsonEdge(schema, answer.text, `the server's answer to ${path}`);
    const { error, hint } = parseJsonEdge(controlAnswers.error, answer.text, `the server's answer to ${path}`);
    throw new UserError(error, { exitCode: answer.status === 400 ? 2 : 1, ...(hint === undefined ? {} : { hint }) });
  }
  const { arm, claim, disarm, offer, status, all, hostKeys, health, medium } = controlAnswers;
  return {
    arm: (name, consent) => ask(arm, '/arm', { name, ...consent } satisfies z.input<typeof controlRequests.arm>),
    claim: (name) => ask(claim, '/claim', { name } satisfies z.input<typeof controlRequests.claim>),
    medium: (name, consent) =>
      ask(medium, '/medium', { name, ...consent } satisfies z.input<typeof controlRequests.medium>),
    offer: (macs) => ask(offer, '/offer', { macs: [...macs] } satisfies z.input<typeof controlRequests.offer>),
    disarm: (name, why) => ask(disarm, '/disarm', { name, why } satisfies z.input<typeof controlRequests.disarm>),
    status: (name) => ask(status, `/machines/${encodeURIComponent(name)}`),
    all: async () => {
      const answer = await ask(all, '/machines');
      return { ...answer, machines: answer.machines.sort(byName) };
    },
    hostKeys: async () => latestHostKeys(await ask(hostKeys, '/host-keys')),
    health: () => ask(health, '/health'),
  };
}

const byName = (one: SummaryAnswer, other: SummaryAnswer): number =>
  one.name < other.name ? -1 : Number(one.name > other.name);

type Answer = { readonly status: number; readonly text: string; readonly version: string | undefined };

async function exchange(socketPath: string, path: string, body: object | undefined): Promise<Answer> {
  const request = body === undefined ? {} : { body: JSON.stringify(body) };
  try {
    const answer = await httpExchange(
      { socketPath, path },
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          [CONTROL_VERSION_HEADER]: String(CONTROL_VERSION),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...request,
        timeoutMs: 60_000,
        maxBytes: MAX_ANSWER_BYTES,
      },
    );
    const version = answer.headers[CONTROL_VERSION_HEADER];
    const text = new TextDecoder().decode(answer.body);
    return { status: answer.status, text, version: version === undefined ? undefined : String(version) };
  } catch (error) {
    throw notReached(socketPath, error);
  }
}

function notReached(socketPath: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new UserError(`no gutinteg serve answers at ${socketPath}`, { hint: 'gutinteg serve --site SITE' });
  }
  if (code === 'EACCES') {
    return new UserError(`you may not open ${socketPath}`, { hint: `sudo, or join the group that owns ${socketPath}` });
  }
  return new UserError(`asking the server at ${socketPath}`, { cause: error });
}
