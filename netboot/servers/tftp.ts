// Read-only TFTP of a few named files. In: requests. Out: their bytes. Never: the file system; a name that is not one
// of the files leads nowhere. Each transfer has its own port and trusts only the client's address and port.
import type { Socket, RemoteInfo } from 'node:dgram';
import { describeError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { parseTftp, printTftp, tftpError, toNetascii } from '../protocol/tftp.ts';
import type { TftpPacket, TftpRequest } from '../protocol/tftp.ts';
import { createLogOnce } from './log-once.ts';
import { createTransfer } from './tftp-transfer.ts';
import type { Transfer } from './tftp-transfer.ts';
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts';

export type TftpServerOptions = {
  readonly address: string;
  readonly port: number;
  readonly log: Log;
  /** The bytes of a file; undefined when there is none of that name. */
  readonly read: (file: string, from: string) => Uint8Array | undefined;
  readonly onEnd?: (end: { file: string; from: string; sizeBytes: number; how: string }) => void;
};

const MAX_TRANSFERS = 500;
const MAX_TRANSFERS_OF_ONE = 8;

export async function serveTftp(options: TftpServerOptions): Promise<{ port: number; close(): Promise<void> }> {
  const { address, log } = options;
  const listener = await openUdpSocket({ service: 'TFTP', address, port: options.port });
  const logOnce = createLogOnce(log);
  const running = new Map<string, { from: string; stop: () => Promise<void> }>();

  async function receive(bytes: Uint8Array, remote: RemoteInfo): Promise<void> {
    const packet = parseTftp(bytes);
    if (packet?.kind === 'read') return begin(packet, remote);
    if (packet?.kind === 'write') {
      return refuse(remote, { code: tftpError.accessViolation, message: 'this server only reads' });
    }
    logOnce(`bad ${remote.address}`, 'dropped a packet that is no TFTP request', { from: remote.address });
  }

  async function begin(request: TftpRequest, remote: RemoteInfo): Promise<void> {
    const key = `${remote.address}:${remote.port}`;
    // A repeated request: the transfer's own timer repeats the answer.
    if (running.has(key)) return;
    if (tooMany(remote.address)) return;
    const content = contentOf(request, remote.address);
    if (!(content instanceof Uint8Array)) return refuse(remote, content);
    running.set(key, { from: remote.address, stop: async () => {} });
    try {
      const socket = await openUdpSocket({ service: 'TFTP', address, port: 0 });
      const transfer = createTransfer(request, content);
      const finish = runTransfer({ socket, transfer, remote, log }, () => {
        running.delete(key);
        const how = transfer.ended() ?? 'stopped';
        options.onEnd?.({ file: request.file, from: remote.address, sizeBytes: content.length, how });
      });
      running.set(key, { from: remote.address, stop: finish });
    } catch (error) {
      running.delete(key);
      throw error;
    }
  }

  function contentOf(request: TftpRequest, from: string): Uint8Array | { code: number; message: string } {
    const content = options.read(request.file, from);
    if (content === undefined) {
      logOnce(`none ${request.file}`, 'a client asked for a file that there is not', { from, file: request.file });
      return { code: tftpError.notFound, message: 'no such file' };
    }
    if (request.mode === 'octet') return content;
    if (request.mode === 'netascii') return toNetascii(content);
    return { code: tftpError.illegalOperation, message: 'unknown transfer mode' };
  }

  function tooMany(from: string): boolean {
    const ofOne = [...running.values()].filter((transfer) => transfer.from === from).length;
    if (running.size < MAX_TRANSFERS && ofOne < MAX_TRANSFERS_OF_ONE) return false;
    logOnce(`many ${from}`, 'too many TFTP transfers; new requests wait', { from, running: running.size });
    return true;
  }

  async function refuse(remote: RemoteInfo, error: { code: number; message: string }): Promise<void> {
    const bytes = printTftp({ kind: 'error', ...error });
    listener.send(bytes, remote.port, remote.address, () => {});
  }

  listener.on('error', (error) => {
    log.error({ error: error.message }, 'TFTP socket');
  });
  listener.on('message', (bytes, remote) => {
    receive(bytes, remote).catch((error: unknown) => {
      const why = describeError(error);
      logOnce(`answer ${why}`, 'could not answer a TFTP request', { from: remote.address, why });
    });
  });
  return {
    port: listener.address().port,
    async close() {
      await closeUdpSocket(listener);
      await Promise.all([...running.values()].map((transfer) => transfer.stop()));
    },
  };
}

type Running = { readonly socket: Socket; readonly transfer: Transfer; readonly remote: RemoteInfo; readonly log: Log };

/** Drives one transfer over its own socket; the answer stops it. `onEnd` is called once. */
function runTransfer({ socket, transfer, remote, log }: Running, onEnd: () => void): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let closed: Promise<void> | undefined;

  function finish(): Promise<void> {
    clearTimeout(timer);
    closed ??= closeUdpSocket(socket).then(onEnd);
    return closed;
  }

  function send(packets: readonly TftpPacket[]): void {
    for (const packet of packets) socket.send(printTftp(packet), remote.port, remote.address, () => {});
    if (transfer.ended() !== undefined) {
      // Closing at once would drop a last error packet that is still queued.
      setImmediate(() => void finish());
    } else if (packets.length > 0) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        send(transfer.timeout());
      }, transfer.timeoutMs);
    }
  }

  socket.on('error', (error) => {
    log.warn({ to: remote.address, error: error.message }, 'TFTP transfer');
    void finish();
  });
  socket.on('message', (bytes, from) => {
    if (from.address !== remote.address || from.port !== remote.port) {
      const stranger: TftpPacket = { kind: 'error', code: tftpError.unknownTransfer, message: 'not your transfer' };
      socket.send(printTftp(stranger), from.port, from.address, () => {});
      return;
    }
    const packet = parseTftp(bytes);
    if (packet !== undefined) send(transfer.receive(packet));
  });
  send(transfer.start());
  return finish;
}
