// What a method of XML-RPC is. In: a schema of its parameters, and a function. Out: both, for the dispatcher. Never: I/O.
import { z } from 'zod';
import type { OutputOf, Operation } from '../../contract/fleet/operation.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { callOperation, findOperation } from '../operations/call-operation.ts';
import type { Value } from './value.ts';

/** Network Wide Updates' own numbers: whoever has one may do what needs it or less. */
export const privileges = { anonymous: 0, agent: 0x100, admin: 0x200 } as const;

export type Caller = {
  readonly actor: Actor;
  readonly privilege: number;
  /** The enrolled host whose certificate was shown. */
  readonly hostId?: string;
  /** Why a certificate that was shown makes nobody an agent, in words. */
  readonly whyNoAgent?: string;
};

/** Where the site's certificates lie, and how openssl is run. */
export type SiteCertificates = {
  /** Of the authority for hosts. */
  readonly directory: string;
  /** The server's own, in PEM. */
  readonly certificate: () => Promise<string>;
  readonly run: RunCommand;
};

export type MethodContext = {
  readonly fleet: Fleet;
  readonly certificates: SiteCertificates;
  readonly caller: Caller;
};

export type Method = {
  readonly params: z.ZodType;
  readonly run: (context: MethodContext, params: never) => Promise<Value>;
};

/** @param params a tuple of the parameters, each with a name for people by `describe` */
export const method = <S extends z.ZodType<readonly unknown[]>>(
  params: S,
  run: (context: MethodContext, params: z.output<S>) => Promise<Value>,
): Method => ({ params, run });

/** Through the same door as the API: rights, checks and the audit log are those of the operation. */
export const ask = async <T extends Operation>(
  { fleet, caller: { actor } }: MethodContext,
  { name }: T,
  input: z.input<T['input']>,
): Promise<OutputOf<T>> => callOperation(fleet, findOperation(name), { input, actor }) as Promise<OutputOf<T>>;

/** No parameters. */
export const nothing = z.tuple([]);
