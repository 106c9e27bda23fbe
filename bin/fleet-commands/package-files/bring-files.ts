// Package files on their way to the server. In: local files and addresses. Out: what the server says that they are. Never: sends what the server
// has already, or begins anew what was cut off.
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  MAX_FILE_BYTES,
  beginPackageFile,
  fetchPackageFile,
  finishPackageFile,
  sendPackageFilePart,
  showFetch,
} from '../../../contract/fleet/api/package-files.ts';
import type { PackageFile } from '../../../contract/fleet/api/package-files.ts';
import { PART_BYTES } from '../../../contract/fleet/package-file-part.ts';
import type { FleetClient } from '../../../fleet/api/api-client.ts';
import { UserError } from '../../../lib/errors.ts';
import { createProgressLine } from '../../progress-line.ts';
import type { ProgressLine } from '../../progress-line.ts';
import { isAddress } from './collect-files.ts';

export type BringOptions = { readonly sha256?: string; readonly allowPrivate?: true };

/** `origin`: the path or address, as it was named. */
export type BroughtFile = { readonly origin: string; readonly file: PackageFile };

/** One after the other. @throws UserError that names the file */
export async function bringFiles(
  client: FleetClient,
  origins: readonly string[],
  options: BringOptions,
): Promise<BroughtFile[]> {
  if (options.sha256 !== undefined && (origins.length > 1 || !isAddress(origins[0] ?? ''))) {
    throw new UserError('--sha256 is for one address, and for nothing else', { exitCode: 2 });
  }
  const progress = createProgressLine();
  const brought: BroughtFile[] = [];
  try {
    for (const [index, origin] of origins.entries()) {
      const count = origins.length === 1 ? '' : `${index + 1} of ${origins.length}: `;
      const show = (text: string): void => progress.show(`${count}${origin}: ${text}`);
      const bring = isAddress(origin) ? fetchByServer : sendFile;
      const file = await bring({ client, show }, origin, options).catch((error: unknown) => {
        throw nameFile(error, origin);
      });
      brought.push({ origin, file });
    }
  } finally {
    progress.clear();
  }
  return brought;
}

function nameFile(error: unknown, origin: string): unknown {
  if (!(error instanceof UserError) || error.message.includes(origin)) return error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new UserError(`${origin}: ${error.message}`, { exitCode: error.exitCode, cause: error, ...hint });
}

type Way = { readonly client: FleetClient; readonly show: ProgressLine['show'] };

async function sendFile({ client, show }: Way, path: string): Promise<PackageFile> {
  // One that has become a FIFO meanwhile would wait for a writer.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const { size: bytes, isFile } = await describe(file);
  if (!isFile) throw new UserError(`${path} is not a regular file`, { exitCode: 2 });
  if (bytes === 0) throw new UserError(`${path} is empty`, { exitCode: 2 });
  if (bytes > MAX_FILE_BYTES) {
    throw new UserError(`${path} has ${bytes} bytes, and ${MAX_FILE_BYTES} are the most; nothing was sent`, {
      exitCode: 2,
    });
  }
  show('is read');
  const sha256 = await digestOf(path);
  const begun = await client.ask(beginPackageFile, { sha256, bytes });
  if (begun.file !== undefined) return begun.file;
  const buffer = Buffer.alloc(PART_BYTES);
  for (let from = begun.have; from < bytes;) {
    show(`${megabytes(from)} of ${megabytes(bytes)} sent`);
    const { bytesRead } = await file.read(buffer, 0, PART_BYTES, from);
    if (bytesRead === 0) throw new UserError(`${path} has changed while it was sent`);
    const data = buffer.subarray(0, bytesRead).toString('base64');
    const { have, file: known } = await client.ask(sendPackageFilePart, { sha256, bytes, from, data });
    if (known !== undefined) return known;
    from = have;
  }
  show('is looked at by the server');
  return await client.ask(finishPackageFile, { sha256 });
}

async function describe(file: FileHandle): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const stats = await file.stat();
  return { size: stats.size, isFile: stats.isFile() };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path) as AsyncIterable<Uint8Array>) hash.update(piece);
  return hash.digest('hex');
}

const POLL_MS = 300;

async function fetchByServer({ client, show }: Way, url: string, options: BringOptions): Promise<PackageFile> {
  const { sha256, allowPrivate = false } = options;
  let fetch = await client.ask(fetchPackageFile, { url, allowPrivate, ...(sha256 === undefined ? {} : { sha256 }) });
  while (fetch.state === 'fetching') {
    const of = fetch.bytes === null ? '' : ` of ${megabytes(fetch.bytes)}`;
    show(`the server has ${megabytes(fetch.have)}${of}`);
    await delay(POLL_MS);
    fetch = await client.ask(showFetch, { id: fetch.id });
  }
  if (fetch.file !== undefined) return fetch.file;
  throw new UserError(
    `the server could not fetch ${url}: ${fetch.message === '' ? 'it has gone again' : fetch.message}`,
  );
}

export const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
