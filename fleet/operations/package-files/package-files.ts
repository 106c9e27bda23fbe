// Every operation about package files.
import * as api from '../../../contract/fleet/api/package-files.ts';
import type { PackageFile } from '../../../contract/fleet/api/package-files.ts';
import { mayAct } from '../../../contract/fleet/operation.ts';
import { PART_BYTES } from '../../../contract/fleet/package-file-part.ts';
import { urlToTell } from '../../../lib/url-to-tell.ts';
import type { Fleet } from '../../fleet.ts';
import type { Fetch } from '../../package-files/fetches.ts';
import type { PackageFiles } from '../../package-files/package-files.ts';
import { findUsersOfFiles } from '../../package-files/users-of-files.ts';
import { implement, implementChange } from '../implement.ts';
import { OperationError } from '../operation-error.ts';

/** @throws OperationError where the server keeps none */
function filesOf({ packageFiles }: Pick<Fleet, 'packageFiles'>): PackageFiles {
  if (packageFiles !== undefined) return packageFiles;
  throw new OperationError('conflict', 'this server keeps no package files');
}

/** @throws OperationError unless exactly one fits */
async function findFile(fleet: Fleet, reference: string): Promise<PackageFile> {
  const files = await filesOf(fleet).store.list();
  const found = files.filter(
    ({ sha256, fileName }) => fileName === reference || (reference.length >= 8 && sha256.startsWith(reference)),
  );
  const [file, other] = found;
  if (file !== undefined && other === undefined) return file;
  const what = file === undefined ? 'no package file is' : `${found.length} package files are`;
  throw new OperationError('not-found', `${what} ${reference}`, {
    hint: 'gutinteg fleet file list shows their SHA-256',
  });
}

const begin = implement(api.beginPackageFile, async (fleet, { sha256, bytes }) => {
  const { store } = filesOf(fleet);
  const file = await store.find(sha256);
  if (file === undefined) {
    const have = await store.have(sha256);
    await store.requireRoom(bytes);
    return { have: Math.min(have, bytes) };
  }
  await store.touch(sha256, new Date(fleet.now()));
  return { have: file.bytes, file };
});

const sendPart = implement(api.sendPackageFilePart, async (fleet, { sha256, bytes, from, data }) => {
  const { store } = filesOf(fleet);
  const file = await store.find(sha256);
  if (file !== undefined) return { have: file.bytes, file };
  const part = Buffer.from(data, 'base64');
  if (part.length > PART_BYTES) throw new OperationError('bad-input', `a part has at most ${PART_BYTES} bytes`);
  await store.requireRoom(part.length);
  return { have: await store.append(sha256, { from, bytes, data: part }) };
});

const finish = implementChange(api.finishPackageFile, {
  prepare: (fleet, { sha256 }, { name: by }) => filesOf(fleet).store.finish(sha256, { by, at: fleet.now(), url: null }),
  run: (_, __, file) => Promise.resolve(file),
  tell: ({ sha256 }, { fileName, bytes }) => ({ subject: fileName, details: { sha256, bytes } }),
});

async function withFile(fleet: Fleet, { sha256, ...fetch }: Fetch) {
  const file = sha256 === undefined ? undefined : await filesOf(fleet).store.find(sha256);
  return file === undefined ? fetch : { ...fetch, file };
}

const fetchFile = implementChange(api.fetchPackageFile, {
  prepare: async (fleet, { url, sha256, allowPrivate }, { name: by, role }) => {
    if (allowPrivate && !mayAct(role, 'admin')) {
      throw new OperationError(
        'denied',
        `private addresses need the role admin; ${by} is ${role}; nothing was fetched`,
        {
          hint: 'download the file, and send it: gutinteg fleet file add FILE',
        },
      );
    }
    if (new URL(url).protocol === 'http:' && sha256 === undefined) {
      throw new OperationError(
        'bad-input',
        `${urlToTell(url)} is not https: anybody on the way could change the file`,
        {
          hint: '--sha256 SHA256 says which file it must be',
        },
      );
    }
    const wanted = { url, allowPrivate, by, ...(sha256 === undefined ? {} : { sha256 }) };
    return withFile(fleet, await filesOf(fleet).fetches.start(wanted));
  },
  run: (_, __, fetch) => Promise.resolve(fetch),
  tell: ({ url, allowPrivate }) => ({ subject: urlToTell(url), details: { allowPrivate } }),
});

const showFetch = implement(api.showFetch, async (fleet, { id }) => {
  const fetch = await filesOf(fleet).fetches.show(id);
  if (fetch === undefined) throw new OperationError('not-found', `there is no fetch ${id}, or not any more`);
  return withFile(fleet, fetch);
});

const list = implement(api.listPackageFiles, async (fleet) => {
  const { store } = filesOf(fleet);
  const files = await store.list();
  return { files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), maxBytes: store.bounds.maxBytes };
});

const show = implement(api.showPackageFile, async (fleet, { file: reference }) => {
  const file = await findFile(fleet, reference);
  const users = await findUsersOfFiles(fleet.store.queries);
  return { ...file, neededBy: [...(users.get(file.sha256) ?? [])] };
});

const remove = implementChange(api.removePackageFile, {
  run: async ({ fleet, transaction }, { file: reference }) => {
    const { sha256, fileName } = await findFile(fleet, reference);
    const users = (await findUsersOfFiles(transaction)).get(sha256) ?? [];
    if (users.length > 0) {
      throw new OperationError('conflict', `${fileName} is needed by ${users.join(', ')}; nothing was removed`, {
        hint: 'gutinteg fleet cancel drops a job, gutinteg fleet schedule remove a schedule',
      });
    }
    await filesOf(fleet).store.remove(sha256);
    return { fileName, sha256 };
  },
  tell: (_, { fileName, sha256 }) => ({ subject: fileName, details: { sha256 } }),
});

export const packageFileOperations = [begin, sendPart, finish, fetchFile, showFetch, list, show, remove];
