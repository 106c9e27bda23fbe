// A server's door on this computer: a Unix socket with the mode 0660. In: a server, a path. Out: it listens there, alone.
// Never: takes the socket of a server that answers.
import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { UserError } from './errors.ts';

/** @param who for the error: `gutinteg serve` @throws UserError when another server answers there, or it cannot be opened */
export async function listenOnSocket(server: Server, path: string, who: string): Promise<void> {
  await removeStaleSocket(path, who);
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  // The umask closes the moment between bind and chmod.
  const umask = process.umask(0o117);
  server.listen(path, () => {
    server.off('error', listening.reject);
    listening.resolve();
  });
  process.umask(umask);
  await listening.promise.catch((error: unknown) => {
    throw new UserError(`opening the socket ${path}`, { cause: error });
  });
  await chmod(path, 0o660);
}

async function removeStaleSocket(path: string, who: string): Promise<void> {
  const state = await probe(path);
  if (state === 'stale') await rm(path, { force: true });
  if (state !== 'alive') return;
  throw new UserError(`another ${who} answers at ${path}; one state directory has one server`, {
    hint: 'stop the other one, or give this one another directory with --state',
  });
}

async function probe(path: string): Promise<'alive' | 'stale' | 'none'> {
  const answer = Promise.withResolvers<'alive' | 'stale' | 'none'>();
  const socket = connect(path, () => {
    answer.resolve('alive');
  });
  socket.once('error', (error) => {
    answer.resolve('code' in error && error.code === 'ENOENT' ? 'none' : 'stale');
  });
  const state = await answer.promise;
  socket.destroy();
  return state;
}
