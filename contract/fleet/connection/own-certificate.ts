// The certificate that a host or a relay shows to a server that asks for one: fetched when the server first wants it, and renewed in
// time. In: where it is kept, how it is asked for. Out: what a connection shows. Never: asks more often than once a minute; gives
// up a certificate before there is another one.
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describeError } from '../../../lib/errors.ts';

export type ClientIdentity = { readonly key: string; readonly certificate: string };

export type OwnCertificateOptions = {
  readonly privateKey: KeyObject;
  /** PEM; undefined when there is none. */
  readonly read: () => string | undefined;
  readonly write: (pem: string) => void;
  /** @throws Error when the server gives none */
  readonly fetch: () => Promise<string>;
  /** Ends connections that were opened without it. */
  readonly reconnect: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

type Asked<A> = {
  readonly answer: A;
  /** Why there is no certificate, if one was wanted. */
  readonly fault?: string;
};

export type OwnCertificate = {
  readonly shown: () => ClientIdentity | undefined;
  /** Asks; when the server `wants` a certificate, asks for one, and once more. */
  readonly around: <A>(ask: () => Promise<A>, wants: (answer: A) => boolean) => Promise<Asked<A>>;
};

const TRIED_EVERY_MS = 60_000;

export function createOwnCertificate(options: OwnCertificateOptions): OwnCertificate {
  const { privateKey, fetch, write, reconnect, now } = options;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let fetching: Promise<string | undefined> | undefined;

  const current = (): string | undefined => certificateOf(options.read(), privateKey);

  async function fetchOnce(): Promise<string | undefined> {
    triedAtMs = now();
    try {
      write(await fetch());
      reconnect();
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  }

  /** Of several at once, one asks. @returns why there is none */
  async function renew(): Promise<string | undefined> {
    if (fetching === undefined && now() - triedAtMs < TRIED_EVERY_MS) return 'it was asked for less than a minute ago';
    fetching ??= fetchOnce().finally(() => (fetching = undefined));
    return fetching;
  }

  return {
    shown: () => {
      const certificate = current();
      if (certificate === undefined) return undefined;
      return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), certificate };
    },
    around: async (ask, wants) => {
      const held = current();
      // The one that there is does until its end, so a failure is no reason not to ask.
      if (held !== undefined && isDueForRenewal(held, now())) await renew();
      const answer = await ask();
      if (!wants(answer)) return { answer };
      const fault = await renew();
      return fault === undefined ? { answer: await ask() } : { answer, fault };
    },
  };
}

/** What a file has, unless it is of another key: that of a copy which was given its own. */
export function certificateOf(pem: string | undefined, privateKey: KeyObject): string | undefined {
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem).checkPrivateKey(privateKey) ? pem : undefined;
  } catch {
    return undefined;
  }
}

/** When a third of its time is left. */
function isDueForRenewal(pem: string, nowMs: number): boolean {
  const { validFromDate: from, validToDate: to } = new X509Certificate(pem);
  return to.getTime() - nowMs < (to.getTime() - from.getTime()) / 3;
}
