// How a site's relay says that a host's request came through it. In: the request, the relay's key. Out: headers, or whether they
// are right. The host's own signature is not touched: a relay can neither change a request nor make one.
import type { KeyObject } from 'node:crypto';
import { isSignedRequest, signRequest } from './signed-request.ts';
import type { SignedRequest } from './signed-request.ts';

/** `key` is the server's: the host's public key, by which a relay judges what it keeps. */
export const relayHeaders = {
  relay: 'gutinteg-relay',
  signature: 'gutinteg-relay-signature',
  address: 'gutinteg-relay-for',
  key: 'gutinteg-host-key',
} as const;

export type RelayedRequest = {
  readonly relayId: string;
  readonly hostId: string;
  readonly path: string;
  /** The host's own, over its request. */
  readonly signature: string;
  /** Where the host is, as the relay sees it. */
  readonly address: string;
};

export const signRelayed = (request: RelayedRequest, privateKey: KeyObject): string =>
  signRequest(envelopeOf(request), privateKey);

export const isRelayedBy = (request: RelayedRequest, signature: string, publicKey: KeyObject): boolean =>
  isSignedRequest(envelopeOf(request), signature, publicKey);

/** `RELAY` is no method of HTTP, so it can be taken for no request of the relay's own. */
const envelopeOf = ({ relayId, hostId, path, signature, address }: RelayedRequest): SignedRequest => ({
  hostId: relayId,
  method: 'RELAY',
  path,
  body: Buffer.from(`${hostId}\n${signature}\n${address}\n`),
});
