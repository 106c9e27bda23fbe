// The API for those on this computer: a Unix socket in the state directory. Whoever may open it (0660) is admin, as `local`; so
// the first account is made there. In: a fleet, a path. Out: a server until it is closed. Never: asks for a password.
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { listenOnSocket } from '../../lib/listen-on-socket.ts';
import type { Actor, Fleet } from '../fleet.ts';
import { createApiHandler } from './api-handler.ts';
import { socketPathOf } from './server-place.ts';

const local: Actor = { name: 'local', role: 'admin' };

/** @throws UserError when another server uses the same state directory */
export async function serveApiSocket(fleet: Fleet, stateDir: string): Promise<{ readonly close: () => Promise<void> }> {
  const path = socketPathOf(stateDir);
  const handle = createApiHandler(fleet, () => Promise.resolve(local));
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      fleet.log.error({ error: String(error) }, 'a request through the socket failed');
      response.destroy();
    });
  });
  await listenOnSocket(server, path, 'gutinteg fleet serve');
  return {
    close: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => {
        closed.resolve();
      });
      server.closeAllConnections();
      await closed.promise;
      await rm(path, { force: true });
    },
  };
}
