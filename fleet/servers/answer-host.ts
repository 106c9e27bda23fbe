// One request of a host, from its bytes to the answer. In: what was sent, as it was sent. Out: an answer, or a refusal in words.
// The order is what keeps strangers cheap: who is it, is the signature right, and only then is anything unpacked.
// Never: touches a socket.
import type { z } from 'zod';
import { certificateRequestSchema } from '../../contract/fleet/certificate.ts';
import { checkInSchema, documentSchema, FLEET_PROTOCOL } from '../../contract/fleet/check-in.ts';
import { enrolmentSchema, hostIdSchema, idOfKey } from '../../contract/fleet/enrolment.ts';
import { partRequestSchema } from '../../contract/fleet/package-file-part.ts';
import { relayReportSchema } from '../../contract/fleet/relay-report.ts';
import { hostRoutes, MAX_UNPACKED_BYTES } from '../../contract/fleet/routes.ts';
import { isSignedRequest, readHostKey } from '../../contract/fleet/signed-request.ts';
import type { Refusal } from '../../contract/fleet/enrolment.ts';
import { noteRefusedReport } from '../hosts/host-events.ts';
import { enrol } from '../enrolment/enrol.ts';
import { answerCheckIn } from '../exchange/answer-check-in.ts';
import { refuse } from '../exchange/outcome.ts';
import type { Outcome } from '../exchange/outcome.ts';
import { refuseState } from '../exchange/refuse-state.ts';
import { storeDocument } from '../exchange/store-document.ts';
import type { Fleet } from '../fleet.ts';
import { answerRelay } from '../push/answer-relay.ts';
import { answerPart } from '../package-files/answer-part.ts';
import { NO_AUTHORITY } from '../tls/certify-hosts.ts';
import type { CertifyHost } from '../tls/certify-hosts.ts';
import { createTurns } from './turns.ts';
import type { Turns } from './turns.ts';
import { unpackBody } from './unpack-body.ts';
import { createWrongTokens } from './wrong-tokens.ts';
import type { WrongTokens } from './wrong-tokens.ts';

/** A request of a host; `hostId` and `signature` are headers (contract/fleet/signed-request.ts). */
export type SentRequest = {
  readonly method: string;
  readonly path: string;
  readonly hostId: string;
  readonly signature: string;
  readonly body: Uint8Array;
  /** `Content-Encoding`. */
  readonly encoding: string;
  readonly address: string;
};

export type HostAnswerer = {
  readonly fleet: Fleet;
  readonly wrongTokens: WrongTokens;
  readonly largeTurns: Turns;
  /** Certificates of hosts; without it there are none. */
  readonly certify: CertifyHost | undefined;
};

/** Bodies above this size, and all that are compressed, are taken in a few at a time. */
const SMALL_BYTES = 64 * 1024;
const LARGE_AT_ONCE = 2;

export const createHostAnswerer = (fleet: Fleet, certify?: CertifyHost): HostAnswerer => ({
  fleet,
  wrongTokens: createWrongTokens(fleet.now),
  largeTurns: createTurns(LARGE_AT_ONCE),
  certify,
});

/** By its key the host's requests are signed; through `relay` its last check-in came. */
export type KnownHost = { readonly publicKey: string; readonly relay: string };

/** Undefined when there is no such host. */
export async function findKnownHost(fleet: Fleet, hostId: string): Promise<KnownHost | undefined> {
  if (!hostIdSchema.safeParse(hostId).success) return undefined;
  const row = fleet.store.queries.selectFrom('hosts').select(['publicKey', 'relay']).where('id', '=', hostId);
  return row.executeTakeFirst();
}

/** @param publicKey of `findKnownHost`; undefined for a host that is not known */
export async function answerHost(
  answerer: HostAnswerer,
  sent: SentRequest,
  publicKey: string | undefined,
): Promise<Outcome<unknown>> {
  const { fleet } = answerer;
  if (sent.path === hostRoutes.enrol) return answerEnrolment(answerer, sent);
  if (publicKey === undefined) return refuseState(undefined);
  if (!isSigned(sent, publicKey)) return WRONG_SIGNATURE;
  const isSmall = sent.body.length <= SMALL_BYTES && sent.encoding === '';
  const take = (): Promise<Outcome<unknown>> => takeIn(answerer, sent);
  const outcome = await (isSmall ? take() : answerer.largeTurns(take));
  if ('refusal' in outcome && REPORTS_REFUSED.has(outcome.refusal.error)) {
    await noteRefusedReport(fleet, sent.hostId, outcome.refusal.message);
  }
  return outcome;
}

/** What its own key has signed, and is no report: the host cannot mend it by coming again. */
const REPORTS_REFUSED: ReadonlySet<Refusal['error']> = new Set(['bad-request', 'too-large', 'unsupported-version']);

type TakeIn = (answerer: HostAnswerer, sent: SentRequest) => Promise<Outcome<unknown>>;

const byPath: Readonly<Record<string, TakeIn>> = {
  [hostRoutes.checkIn]: ({ fleet }, sent) =>
    withBody(sent, checkInSchema, (checkIn) => answerCheckIn(fleet, sent, checkIn)),
  [hostRoutes.documents]: ({ fleet }, sent) =>
    withBody(sent, documentSchema, (document) => storeDocument(fleet, sent.hostId, document)),
  [hostRoutes.packageFile]: ({ fleet }, sent) =>
    withBody(sent, partRequestSchema, (wanted) => answerPart(fleet, sent.hostId, wanted)),
  [hostRoutes.relay]: ({ fleet }, sent) =>
    withBody(sent, relayReportSchema, (report) => answerRelay(fleet, sent.hostId, report)),
  [hostRoutes.certificate]: ({ fleet, certify }, sent) =>
    withBody(sent, certificateRequestSchema, async () => (await certify?.(fleet, sent.hostId)) ?? NO_AUTHORITY),
};

const takeIn: TakeIn = async (answerer, sent) =>
  (await byPath[sent.path]?.(answerer, sent)) ?? refuse('bad-request', 'there is no such path');

async function answerEnrolment({ fleet, wrongTokens }: HostAnswerer, sent: SentRequest): Promise<Outcome<unknown>> {
  // Its key stands in the body, so the body of a stranger is read before the signature: it is never unpacked.
  if (sent.encoding !== '') return refuse('bad-request', 'a request to be let in is not compressed');
  return withBody(sent, enrolmentSchema, async (enrolment) => {
    if (sent.hostId !== idOfKey(enrolment.publicKey)) return WRONG_SIGNATURE;
    if (!isSigned(sent, enrolment.publicKey)) return WRONG_SIGNATURE;
    if (!wrongTokens.mayTry(sent.address))
      return refuse('busy', 'too many wrong enrolment tokens from this address', 600);
    const outcome = await enrol(fleet, enrolment);
    if ('refusal' in outcome && outcome.refusal.error === 'bad-token') wrongTokens.count(sent.address);
    return outcome;
  });
}

const WRONG_SIGNATURE = refuse(
  'wrong-signature',
  "the request is not signed by the host's key, or was changed on its way",
);

function isSigned(sent: SentRequest, publicKey: string): boolean {
  try {
    return isSignedRequest(sent, sent.signature, readHostKey(publicKey));
  } catch {
    // 43 characters that are no point of the curve.
    return false;
  }
}

async function withBody<S extends z.ZodType>(
  { body, encoding }: SentRequest,
  schema: S,
  work: (value: z.output<S>) => Promise<Outcome<unknown>>,
): Promise<Outcome<unknown>> {
  const unpacked = await unpackBody(body, encoding, MAX_UNPACKED_BYTES);
  if (unpacked.kind === 'too-large') {
    return refuse('too-large', `the request unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
  }
  if (unpacked.kind === 'damaged') return refuse('bad-request', unpacked.why);
  const value = parseJson(unpacked.bytes);
  if (value === undefined) return refuse('bad-request', 'the request is not JSON');
  const version = versionOf(value);
  if (version > FLEET_PROTOCOL) {
    const message = `the host speaks version ${version} of the protocol, and this server ${FLEET_PROTOCOL}; update gutinteg on the server`;
    return refuse('unsupported-version', message, 86_400);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) return refuse('bad-request', describeIssues(parsed.error));
  return work(parsed.data);
}

/** A newer host's request need not fit our schema, so this is looked at first. */
const versionOf = (value: unknown): number =>
  typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' ? value.v : 0;

/** A few faults say what is wrong; a million of them would fill the answer. */
const TOLD_FAULTS = 5;

const describeIssues = ({ issues }: z.ZodError): string => {
  const told = issues.slice(0, TOLD_FAULTS).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  const more = issues.length > TOLD_FAULTS ? [`and ${issues.length - TOLD_FAULTS} more`] : [];
  return [...told, ...more].join('; ').slice(0, 1900);
};

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch {
    return undefined;
  }
}
