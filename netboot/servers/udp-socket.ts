import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { bindError } from './bind-error.ts';

type BindAddress = {
  readonly service: string;
  readonly address: string;
  readonly port: number;
  readonly reuseAddr?: boolean;
};

/** A bound UDP socket. @throws UserError that says what to do when the port cannot be had. */
export async function openUdpSocket(place: BindAddress): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: place.reuseAddr ?? false });
  const bound = Promise.withResolvers<void>();
  socket.once('error', bound.reject);
  socket.bind({ address: place.address, port: place.port, exclusive: true }, () => {
    socket.off('error', bound.reject);
    bound.resolve();
  });
  try {
    await bound.promise;
    return socket;
  } catch (error) {
    socket.close();
    throw bindError(error, place);
  }
}

export async function closeUdpSocket(socket: Socket): Promise<void> {
  const closed = Promise.withResolvers<void>();
  socket.close(() => {
    closed.resolve();
  });
  await closed.promise;
}
