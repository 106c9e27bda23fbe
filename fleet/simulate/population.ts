// The simulated hosts: what each must remember from one exchange to the next, in arrays, some hundred bytes for each. In: how many.
// Out: what one host knows, and what changes it. Never: sends anything; a key in memory for longer than one request.
import { randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { publicKeyText } from '../../contract/fleet/signed-request.ts';
import type { Message } from '../../contract/fleet/tasks.ts';
import { keyOfHost } from './host-keys.ts';
import type { HostList } from './vary-list.ts';

/** Every simulated host's name begins with it, and its site is `SIMULATED_SITE`: so they are found and taken out again. */
export const SIMULATED_NAME = 'sim-';
export const SIMULATED_SITE = 'simulated';

const ID_BYTES = 16;
const PROOF_BYTES = 16;
const NONCE_BYTES = 8;
const DIGEST_BYTES = 16;
const MOST_REVISIONS = 255;

export type PopulationOptions = {
  readonly hosts: number;
  /** So many different lists of what is installed. */
  readonly lists: number;
  /** 32 bytes, from which the keys follow; random unless given. */
  readonly secret?: Uint8Array;
};

export type Population = ReturnType<typeof createPopulation>;

// oxlint-disable-next-line max-lines-per-function -- accessors of the same arrays, a line or two each
export function createPopulation({ hosts, lists, secret = randomBytes(32) }: PopulationOptions) {
  const ids = Buffer.alloc(hosts * ID_BYTES);
  const proofs = Buffer.alloc(hosts * PROOF_BYTES);
  const nonces = Buffer.alloc(hosts * NONCE_BYTES);
  const digests = Buffer.alloc(hosts * DIGEST_BYTES);
  /** Of tokens; 0 while a host has none. */
  const numbers = new Float64Array(hosts);
  const hasNonce = new Uint8Array(hosts);
  const hasDigest = new Uint8Array(hosts);
  const revisions = new Uint8Array(hosts);
  const putDown = new Uint32Array(hosts);
  const said = new Uint32Array(hosts);
  const answered = new Uint32Array(hosts);
  /** Few hosts have something to say at a time. */
  const outboxes = new Map<number, readonly Message[]>();
  const run = Buffer.from(secret.subarray(0, 4)).toString('hex');
  const text = (bytes: Buffer, host: number, length: number): string =>
    bytes.toString('base64url', host * length, (host + 1) * length);

  return {
    size: hosts,
    nameOf: (host: number): string => `${SIMULATED_NAME}${run}-${String(host).padStart(6, '0')}`,
    keyOf: (host: number): KeyObject => keyOfHost(secret, host),
    /** Its id follows from its key, and is then remembered, as it is needed with every request. */
    meet(host: number): { readonly id: string; readonly publicKey: string } {
      const publicKey = publicKeyText(keyOfHost(secret, host));
      const id = idOfKey(publicKey);
      ids.write(id, host * ID_BYTES, 'base64url');
      return { id, publicKey };
    },
    idOf: (host: number): string => text(ids, host, ID_BYTES),
    tokenOf: (host: number): string | undefined =>
      numbers[host] === 0 ? undefined : `${numbers[host]}.${text(proofs, host, PROOF_BYTES)}`,
    setToken(host: number, token: string): void {
      const [number, proof = ''] = token.split('.');
      numbers[host] = Number(number);
      proofs.write(proof, host * PROOF_BYTES, 'base64url');
    },
    /** The same one until the exchange is answered. */
    nonceOf(host: number): string {
      if (hasNonce[host] === 0) randomBytes(NONCE_BYTES).copy(nonces, host * NONCE_BYTES);
      hasNonce[host] = 1;
      return text(nonces, host, NONCE_BYTES);
    },
    /** The exchange was answered. */
    endExchange(host: number): void {
      hasNonce[host] = 0;
      answered[host] = (answered[host] ?? 0) + 1;
    },
    /** How many of its exchanges were answered. */
    answeredOf: (host: number): number => answered[host] ?? 0,
    listOf: (host: number): HostList => ({ number: host % lists, revision: revisions[host] ?? 0 }),
    /** Its packages have changed. */
    change(host: number): void {
      if (revisions[host] === MOST_REVISIONS) return;
      revisions[host] = (revisions[host] ?? 0) + 1;
      hasDigest[host] = 0;
    },
    /** Of what is installed; undefined until it was set since the last change. */
    digestOf: (host: number): string | undefined =>
      hasDigest[host] === 0 ? undefined : text(digests, host, DIGEST_BYTES),
    /** Its packages have changed by an order. */
    forgetDigest(host: number): void {
      hasDigest[host] = 0;
    },
    setDigest(host: number, digest: string): void {
      digests.write(digest, host * DIGEST_BYTES, 'base64url');
      hasDigest[host] = 1;
    },
    putDownOf: (host: number): number => putDown[host] ?? 0,
    setPutDown(host: number, task: number): void {
      putDown[host] = task;
    },
    outboxOf: (host: number): readonly Message[] => outboxes.get(host) ?? [],
    /** With the next number of its messages. */
    say(host: number, message: (seq: number) => Message): void {
      said[host] = (said[host] ?? 0) + 1;
      outboxes.set(host, [...(outboxes.get(host) ?? []), message(said[host] ?? 0)]);
    },
    acknowledge(host: number, seq: number): void {
      const left = (outboxes.get(host) ?? []).filter((message) => message.seq > seq);
      if (left.length === 0) outboxes.delete(host);
      else outboxes.set(host, left);
    },
  };
}
