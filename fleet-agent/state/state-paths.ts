// Where everything is that the program keeps. In: the state directory. Out: paths. Never: I/O.
import { join } from 'node:path';

/** Of systemd's `StateDirectory=`. */
export const STATE_DIRECTORY = '/var/lib/gutinteg-fleet';

/** Written by the site on machines that gutinteg installed. */
export const SITE_FILE = '/etc/gutinteg/fleet.json';

export type StatePaths = ReturnType<typeof statePaths>;

export const statePaths = (directory: string) => ({
  directory,
  key: join(directory, 'key.pem'),
  /** The public half, for everyone. */
  publicKey: join(directory, 'public-key'),
  /** Of the key, for a server that asks connections for one. */
  certificate: join(directory, 'certificate.pem'),
  ledger: join(directory, 'ledger'),
  /** The server, as `enrol` was told. */
  server: join(directory, 'server.json'),
  /** An enrolment token that no server has answered yet. */
  admission: join(directory, 'enrolment-token'),
  /** When the next check-in is due, for the shell script that starts this program. */
  due: join(directory, 'due'),
  /** How the last try went, for people. */
  status: join(directory, 'status.json'),
  /** What the last look found, while nothing changes. */
  look: join(directory, 'look.json'),
  inbox: join(directory, 'inbox'),
  outbox: join(directory, 'outbox'),
  /** Orders for the executor, which is root and reads them: a file each. */
  orders: join(directory, 'orders'),
  /** Package files that orders need, by their SHA-256, for the executor. */
  files: join(directory, 'files'),
  /** What the server was told last of an order that is under way, by the number of its task. */
  told: join(directory, 'told'),
  /** The lists that the server has of this host. */
  lists: join(directory, 'lists'),
});
