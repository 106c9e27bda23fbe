// A host of the fleet, for tests: a key, and the requests that it signs. Never: waits or retries; tests decide what is lost.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { CheckIn } from '../../contract/fleet/check-in.ts';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { digestOfFacts } from '../../contract/fleet/facts.ts';
import type { Facts } from '../../contract/fleet/facts.ts';
import { EMPTY_DIGEST } from '../../contract/fleet/inventory.ts';
import { hostRoutes } from '../../contract/fleet/routes.ts';
import { publicKeyText, signRequest } from '../../contract/fleet/signed-request.ts';

export type TestHost = {
  readonly id: string;
  readonly name: string;
  readonly publicKey: string;
  readonly sign: (path: string, body: Uint8Array) => string;
};

export function makeTestHost(name: string): TestHost {
  const { privateKey } = generateKeyPairSync('ed25519');
  const publicKey = publicKeyText(privateKey);
  const id = idOfKey(publicKey);
  const sign = (path: string, body: Uint8Array): string =>
    signRequest({ hostId: id, method: 'POST', path, body }, privateKey);
  return { id, name, publicKey, sign };
}

export const sampleFacts: Facts = {
  hostname: 'web1',
  os: 'debian',
  osVersion: '12',
  kernel: '6.1.0-18-amd64',
  architecture: 'amd64',
  packageSystem: 'dpkg',
  mode: 'packages',
  agentVersion: '0.1.0',
  bootId: 'b0071d00-0000-4000-8000-000000000000',
  rebootReasons: [],
  broken: [],
  troubles: [],
};

export const newNonce = (): string => randomBytes(8).toString('base64url');

/** A check-in that reports nothing but the sample facts. */
export const checkInWith = (token: string, more: Partial<CheckIn> = {}): CheckIn => ({
  v: 1,
  token,
  nonce: newNonce(),
  installed: EMPTY_DIGEST,
  candidates: EMPTY_DIGEST,
  facts: digestOfFacts(sampleFacts),
  boot: 'b0071d00',
  clock: 1_800_000_000,
  ack: 0,
  ...more,
});

/** As `answerHost` takes a request. */
export function sentBy(host: TestHost, path: string, value: unknown) {
  const body = Buffer.from(JSON.stringify(value));
  const signature = host.sign(path, body);
  return { method: 'POST', path, hostId: host.id, signature, body, encoding: '', address: '192.0.2.1' };
}

export const enrolmentOf = (host: TestHost, token?: string) =>
  sentBy(host, hostRoutes.enrol, {
    v: 1,
    name: host.name,
    publicKey: host.publicKey,
    ...(token === undefined ? {} : { token }),
  });
