import { UserError } from '../../lib/errors.ts';
import { isSystemError } from '../../lib/when-missing.ts';
import { openPacketSocket } from '../../packagelink/native/packet-socket.ts';
import type { PacketSocket } from '../../packagelink/native/packet-socket.ts';
import { frameFilter } from '../../update-cluster/collect/frame-filter.ts';

/** A card's ARP and DHCP. @throws UserError, as its functions do */
export function openNetworkCard(card: string): PacketSocket {
  const socket = explained(card, () => openPacketSocket(card, frameFilter));
  return {
    ...socket,
    receive: () =>
      explained(card, socket.receive, () => new UserError(`the network card ${card} is gone`, { hint: 'ip link' })),
    send: (frame) => explained(card, () => socket.send(frame)),
  };
}

function explained<T>(card: string, work: () => T, noDevice = () => noSuchCard(card)): T {
  try {
    return work();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw cause.code === 'ENODEV' ? noDevice() : explain(card, cause);
  }
}

function noSuchCard(card: string): UserError {
  return new UserError(`there is no network card ${card}`, { exitCode: 2, hint: 'ip link' });
}

function explain(card: string, cause: NodeJS.ErrnoException): UserError {
  const known = reasons[cause.code ?? '']?.(card);
  return known ?? new UserError(`using the network card ${card} failed`, { cause });
}

const reasons: Readonly<Record<string, (card: string) => UserError>> = {
  EPERM: (card) => new UserError(`you may not listen on ${card}`, { hint: 'sudo' }),
  EPROTONOSUPPORT: (card) => new UserError(`${card} is not an Ethernet card`, { exitCode: 2, hint: 'ip link' }),
  ENETDOWN: (card) => new UserError(`${card} is switched off`, { hint: `ip link set ${card} up` }),
};
