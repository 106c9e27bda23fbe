// The key of this host. In: the state directory. Out: the key. Never: writes over a key, or shows it to others.
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { rmSync } from 'node:fs';
import { idOfKey } from '../../contract/fleet/enrolment.ts';
import { publicKeyText, readPrivateKey } from '../../contract/fleet/signed-request.ts';
import { UserError } from '../../lib/errors.ts';
import { makeLedger, readLedger } from './ledger.ts';
import { readFileIfThere, replaceFile } from './replace-file.ts';
import type { StatePaths } from './state-paths.ts';

export type HostKey = { readonly id: string; readonly publicKey: string; readonly privateKey: KeyObject };

/** Undefined when the host has none yet. @throws UserError when the file holds no key */
export function readHostKeyFile(paths: StatePaths): HostKey | undefined {
  const pem = readFileIfThere(paths.key);
  if (pem === undefined) return undefined;
  try {
    const privateKey = readPrivateKey(pem.toString());
    const publicKey = publicKeyText(privateKey);
    return { id: idOfKey(publicKey), publicKey, privateKey };
  } catch (cause) {
    throw new UserError(`${paths.key} holds no key of a host`, {
      cause,
      hint: 'gutinteg-fleet enrol --new-key makes this host a new one',
    });
  }
}

/** Makes a key unless there is one, and what goes with it. */
export function ensureHostKey(paths: StatePaths): HostKey {
  const key = readHostKeyFile(paths) ?? makeHostKey(paths);
  // For root's reports; made again when a crash came in between.
  if (readFileIfThere(paths.publicKey)?.toString() !== `${key.publicKey}\n`) {
    replaceFile(paths.publicKey, `${key.publicKey}\n`, { mode: 0o644 });
  }
  if (readLedger(paths.ledger)?.host !== key.id) beginAnew(paths, key.id);
  return key;
}

/** A new identity, in the place of the one that there may be, and whose files may be damaged. */
export function renewHostKey(paths: StatePaths): void {
  makeHostKey(paths);
  rmSync(paths.ledger, { force: true });
}

function makeHostKey(paths: StatePaths): HostKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  replaceFile(paths.key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const publicKey = publicKeyText(privateKey);
  return { id: idOfKey(publicKey), publicKey, privateKey };
}

/** What another identity was asked, and has answered, is nothing to this one; the ledger, which says whose it is, comes last. */
function beginAnew(paths: StatePaths, id: string): void {
  for (const path of [paths.inbox, paths.outbox, paths.orders, paths.told, paths.due])
    rmSync(path, { recursive: true, force: true });
  makeLedger(paths.ledger, id);
}
