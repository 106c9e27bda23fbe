// Where a fleet's server is, for those who ask it. In: nothing. Out: a type, the path of its socket. Never: I/O.
import { join } from 'node:path';

export type FleetServerPlace =
  | { readonly stateDir: string }
  | {
      /** `https://fleet.example:8443`. */
      readonly url: string;
      readonly token?: string;
      /** PEM: the server's own certificate, or that of its authority; without it, those that the system trusts. */
      readonly certificate?: string;
    };

/** Of the server that uses this state directory. */
export const socketPathOf = (stateDir: string): string => join(stateDir, 'fleet', 'fleet.sock');
