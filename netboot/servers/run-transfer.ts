// Drives one TFTP transfer over a socket of its own. In: a request, the bytes. Out: packets, and once how it ended.
import type { RemoteInfo, Socket } from 'node:dgram';
import { describeError } from '../../lib/errors.ts';
import { parseTftp, printTftp, tftpError } from '../protocol/tftp.ts';
import type { TftpPacket, TftpRequest } from '../protocol/tftp.ts';
import type { LogOnce } from '../../lib/limited-log.ts';
import { createTransfer } from './tftp-transfer.ts';
import { closeUdpSocket, openUdpSocket } from './udp-socket.ts';

export type TransferOptions = {
  /** The server's own. */
  readonly address: string;
  readonly request: TftpRequest;
  readonly content: Uint8Array;
  readonly remote: RemoteInfo;
  readonly logOnce: LogOnce;
  /** The client has answered. */
  readonly onMoved: () => void;
  /** Called once, before the socket is closed. */
  readonly onEnd: (how: string) => void;
};

export type RunningTransfer = {
  /**
   * True when a request from the same port is this one once more: then it is answered again from the same port, as two
   * answers from two ports would confuse a client whose packet was only doubled on the way.
   */
  readonly repeats: (request: TftpRequest) => boolean;
  readonly stop: () => Promise<void>;
};

export function startTransfer(options: TransferOptions): RunningTransfer {
  const { request, remote } = options;
  const transfer = createTransfer(request, options.content);
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const opening = open();

  async function open(): Promise<void> {
    try {
      const opened = await openUdpSocket({ service: 'TFTP', address: options.address, port: 0 });
      socket = opened;
      if (isOver) return;
      opened.on('error', fail);
      opened.on('message', receive);
      send(transfer.start());
    } catch (error) {
      fail(error);
    }
  }

  function fail(error: unknown): void {
    options.logOnce('transfer', 'TFTP transfer', { to: remote.address, why: describeError(error) });
    void stop();
  }

  async function stop(): Promise<void> {
    const isFirst = !isOver;
    isOver = true;
    clearTimeout(timer);
    if (!isFirst) return;
    options.onEnd(transfer.ended() ?? 'stopped');
    await opening;
    if (socket !== undefined) await closeUdpSocket(socket);
  }

  function send(packets: readonly TftpPacket[]): void {
    for (const packet of packets) socket?.send(printTftp(packet), remote.port, remote.address, () => {});
    if (transfer.ended() !== undefined) {
      // Closing at once would drop a last error packet that is still queued.
      setImmediate(() => void stop());
    } else if (packets.length > 0) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        send(transfer.timeout());
      }, transfer.timeoutMs);
    }
  }

  function receive(bytes: Uint8Array, from: RemoteInfo): void {
    if (isOver) return;
    if (from.address !== remote.address || from.port !== remote.port) {
      const stranger: TftpPacket = { kind: 'error', code: tftpError.unknownTransfer, message: 'not your transfer' };
      socket?.send(printTftp(stranger), from.port, from.address, () => {});
      return;
    }
    const packet = parseTftp(bytes);
    if (packet === undefined) return;
    options.onMoved();
    send(transfer.receive(packet));
  }

  function repeats(again: TftpRequest): boolean {
    if (isOver || transfer.ended() !== undefined || transfer.isAnswered() || !isSame(request, again)) return false;
    if (socket !== undefined) send(transfer.start());
    return true;
  }

  return { repeats, stop };
}

function isSame(one: TftpRequest, other: TftpRequest): boolean {
  const words = ({ file, mode, options }: TftpRequest): string => JSON.stringify([file, mode, ...options]);
  return words(one) === words(other);
}
