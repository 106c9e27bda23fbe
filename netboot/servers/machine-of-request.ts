import type { Request } from 'express';
import type { Clients } from '../clients.ts';
import { findForNotes } from '../machines/ask-machines.ts';
import type { Machines } from '../machines/machines.ts';
import type { MachineRow } from '../state/machine-row.ts';

/** The machine that the request's address was last seen with; only good for naming lines of a timeline. */
export function machineOfRequest<P>(
  request: Request<P>,
  known: { clients: Clients; machines: Machines },
): MachineRow | undefined {
  const address = request.socket.remoteAddress;
  const mac = address === undefined ? undefined : known.clients.macOf(address);
  return findForNotes(known.machines, mac);
}
