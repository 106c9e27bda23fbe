// Why a server could not be asked, in words. In: an error of a connection. Out: an error with one word for programs, and a
// sentence for people.
import { isSystemError } from '../../../lib/when-missing.ts';
import { UserError } from '../../../lib/errors.ts';

export type AwayReason =
  | 'time-out'
  | 'refused'
  | 'unknown-name'
  | 'unreachable'
  | 'certificate'
  | 'proxy'
  | 'cut'
  | 'no-fleet-server';

const HINTS: Partial<Record<AwayReason, string>> = {
  refused: 'gutinteg fleet serve is to run there, on this port',
  'unknown-name': 'check the name in --server, and /etc/resolv.conf',
};

const SOMETHING_IS_WRONG: ReadonlySet<AwayReason> = new Set(['certificate', 'no-fleet-server', 'proxy']);

export class ServerAwayError extends UserError {
  override readonly name = 'ServerAwayError';
  readonly reason: AwayReason;

  constructor(reason: AwayReason, message: string, { hint, cause }: { hint?: string; cause?: unknown } = {}) {
    const known = hint ?? HINTS[reason];
    super(message, { ...(known === undefined ? {} : { hint: known }), ...(cause === undefined ? {} : { cause }) });
    this.reason = reason;
  }

  /** All is right on this host, and waiting helps: not so when somebody else answers, or the proxy refuses. */
  get isAway(): boolean {
    return !SOMETHING_IS_WRONG.has(this.reason);
  }

  /** What the system says becomes a sentence; anything that is no answer of the network goes on as it is. */
  static of(url: string, error: unknown, timeoutMs: number): Error {
    if (error instanceof ServerAwayError) return error;
    if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')) {
      return new ServerAwayError('time-out', `${url} gave no answer for ${Math.round(timeoutMs / 1000)} s`, {
        cause: error,
      });
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const [reason, words] = SENTENCES[code] ?? (code.startsWith('ERR_SSL') ? NO_TLS : OTHER);
    const isOfTheNetwork = isSystemError(error) || code.startsWith('ERR_') || code.startsWith('HPE_');
    return isOfTheNetwork && error instanceof Error
      ? new ServerAwayError(reason, `${url} ${words}`, { cause: error })
      : toError(error);
  }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const NO_TLS = ['no-fleet-server', 'does not speak TLS as it should'] as const;
const OTHER = ['cut', 'could not be asked'] as const;
const UNREACHABLE = ['unreachable', 'cannot be reached: there is no way to it'] as const;
const UNKNOWN = ['unknown-name', 'has a name that nobody knows'] as const;
const CUT = ['cut', 'ended the connection before it had answered'] as const;

const SENTENCES: Readonly<Record<string, readonly [AwayReason, string]>> = {
  ECONNREFUSED: ['refused', 'refuses the connection'],
  ETIMEDOUT: ['time-out', 'does not answer'],
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOTFOUND: UNKNOWN,
  EAI_AGAIN: ['unknown-name', 'has a name that cannot be looked up now'],
  ECONNRESET: CUT,
  EPIPE: CUT,
  EPROTO: NO_TLS,
};
