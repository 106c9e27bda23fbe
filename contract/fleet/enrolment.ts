// How a host becomes one of the fleet. In: nothing. Out: zod schemas, and the id that follows from a key. Never: I/O.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { exchangeTokenSchema } from './exchange-token.ts';

/** 22 characters of base64url: 16 bytes of the SHA-256 of the host's public key. */
export const hostIdSchema = z.string().regex(/^[\w-]{22}$/, 'is no id of a host');

/** An ed25519 public key: 32 bytes in base64url. */
export const hostKeySchema = z.string().regex(/^[\w-]{43}$/, 'is no ed25519 public key');

/** A host's name, as machdb's and the DNS's: letters, digits, dots and hyphens. */
export const hostNameSchema = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i,
    'is no name of a host: it has letters and digits, and between them dots and hyphens',
  );

/** What `gutinteg fleet enrol --new-token` prints. */
export const admissionTokenSchema = z
  .string()
  .regex(/^[\w-]{20,64}$/, 'is not an enrolment token, which gutinteg fleet enrol prints');

/** The id is the key's, so that a host that asks twice is one host, and nobody can take another's. */
export const idOfKey = (publicKey: string): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest().subarray(0, 16).toString('base64url');

/** A `relay` reports no packages: it passes on what the hosts of its site say. */
export const hostKinds = ['host', 'relay'] as const;
export type HostKind = (typeof hostKinds)[number];

/** Signed by the key that it names. */
export const enrolmentSchema = z.object({
  v: z.int().min(1),
  name: hostNameSchema,
  publicKey: hostKeySchema,
  token: admissionTokenSchema.exactOptional(),
  kind: z.enum(hostKinds).exactOptional(),
});

export type Enrolment = z.infer<typeof enrolmentSchema>;

/** What has become of a host: it waits for a yes, takes part, has been found twice, or is no longer wanted. */
export const hostStates = ['pending', 'enrolled', 'quarantined', 'revoked'] as const;
export type HostState = (typeof hostStates)[number];

export const enrolmentAnswerSchema = z.object({
  v: z.int().min(1),
  id: hostIdSchema,
  state: z.enum(hostStates),
  /** For the first exchange; only of a host that is enrolled. */
  token: exchangeTokenSchema.exactOptional(),
  /** In words, for the one who stands at the host: what is waited for. */
  message: z.string().max(1000),
});

export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;

/** What a host is told instead of an answer. */
export const refusalSchema = z.object({
  error: z.enum([
    'unknown-host',
    'wrong-signature',
    'pending',
    'quarantined',
    'revoked',
    'stale',
    'bad-request',
    'too-large',
    'busy',
    'unsupported-version',
    'bad-token',
    /** The site wants a certificate of the client, and this one has none that is good. */
    'client-certificate',
    /** No refusal (202): a relay keeps the check-in until it reaches the server. Repeat it with the same nonce later. */
    'held',
  ]),
  message: z.string().max(2000),
  /** Seconds to wait before the next try. */
  retryAfter: z.int().min(1).max(86_400).exactOptional(),
});

export type Refusal = z.infer<typeof refusalSchema>;
