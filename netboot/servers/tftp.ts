// Read-only TFTP of a few named files. In: requests. Out: their bytes. Never: the file system; a name that is not one
// of the files leads nowhere. Each transfer has its own port and trusts only the client's address and port.
import type { RemoteInfo } from 'node:dgram';
import { describeError } from '../../lib/errors.ts';
import { parseTftp, printTftp, tftpError, toNetascii } from '../protocol/tftp.ts';
import type { TftpRequest } from '../protocol/tftp.ts';
import type { LogOnce } from '../../lib/limited-log.ts';
import { startTransfer } from './run-transfer.ts';
import type { RunningTransfer } from './run-transfer.ts';
import { createSlots } from './slots.ts';
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts';

export type TftpServerOptions = {
  readonly address: string;
  readonly port: number;
  readonly logOnce: LogOnce;
  /** The bytes of a file; undefined when there is none of that name. */
  readonly read: (file: string, from: string) => Uint8Array | undefined;
  /** Whether clients ask for the file as a matter of course, so that nobody need be told that there is none. */
  readonly isOptional?: (file: string) => boolean;
  /** Whether a machine of the site has the address: it comes before strangers when there are too many. */
  readonly isKnownAddress: (address: string) => boolean;
  readonly onEnd?: (end: { file: string; from: string; sizeBytes: number; how: string }) => void;
};

const LIMITS = { ofAll: 500, ofOne: 8, restMs: 2000 } as const;

type Refusal = { readonly code: number; readonly message: string };

export async function serveTftp(options: TftpServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { address, logOnce } = options;
  const listener = await openUdpSocket({ service: 'TFTP', address, port: options.port });
  const slots = createSlots({ ...LIMITS, isKnownAddress: options.isKnownAddress });
  const running = new Map<string, RunningTransfer>();

  function receive(bytes: Uint8Array, remote: RemoteInfo): void {
    const packet = parseTftp(bytes);
    if (packet?.kind === 'read') begin(packet, remote);
    else if (packet?.kind === 'write') {
      refuse(remote, { code: tftpError.accessViolation, message: 'this server only reads' });
    } else logOnce(`bad ${remote.address}`, 'dropped a packet that is no TFTP request', { from: remote.address });
  }

  /** A machine that was reset, or that wants other options, asks again from the same port: what it asked before is over. */
  function begin(request: TftpRequest, remote: RemoteInfo): void {
    const key = `${remote.address}:${remote.port}`;
    const former = running.get(key);
    if (former?.repeats(request) === true) return;
    void former?.stop();
    const content = contentOf(request, remote.address);
    if (!(content instanceof Uint8Array)) {
      refuse(remote, content);
      return;
    }
    const ticket = slots.take(remote.address, () => void running.get(key)?.stop());
    if (ticket === undefined) {
      logOnce(`many ${remote.address}`, 'too many TFTP transfers; new requests wait', { from: remote.address });
      return;
    }
    const onEnd = (how: string): void => {
      if (running.get(key) === transfer) running.delete(key);
      ticket.leave();
      options.onEnd?.({ file: request.file, from: remote.address, sizeBytes: content.length, how });
    };
    const transfer = startTransfer({ address, request, content, remote, logOnce, onEnd, onMoved: ticket.moved });
    running.set(key, transfer);
  }

  function contentOf(request: TftpRequest, from: string): Uint8Array | Refusal {
    const content = options.read(request.file, from);
    if (content === undefined) {
      if (options.isOptional?.(request.file) !== true) {
        logOnce(`none ${request.file}`, 'a client asked for a file that there is not', { from, file: request.file });
      }
      return { code: tftpError.notFound, message: 'no such file' };
    }
    if (request.mode === 'octet') return content;
    if (request.mode === 'netascii') return toNetascii(content);
    return { code: tftpError.illegalOperation, message: 'unknown transfer mode' };
  }

  function refuse(remote: RemoteInfo, error: Refusal): void {
    listener.send(printTftp({ kind: 'error', ...error }), remote.port, remote.address, () => {});
  }

  listener.on('error', (error) => {
    logOnce(`socket ${error.message}`, 'TFTP socket', { why: error.message });
  });
  listener.on('message', (bytes, remote) => {
    try {
      receive(bytes, remote);
    } catch (error) {
      const why = describeError(error);
      logOnce(`answer ${why}`, 'could not answer a TFTP request', { from: remote.address, why });
    }
  });
  return {
    port: listener.address().port,
    async close() {
      await closeUdpSocket(listener);
      await Promise.all([...running.values()].map((transfer) => transfer.stop()));
    },
  };
}
