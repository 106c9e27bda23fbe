// The package files of an order, before the executor gets it. In: an order that was not handed over. Out: whether they are all there, or
// how far that is, or why it will not be. A slice of time at each call: what is there stays, and the next call goes on. Never: judges an
// order, which the executor does, or takes the bytes of a file for right by itself (the executor compares them once more).
import { mkdirSync, readdirSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { orderSchema } from '../../contract/fleet/jobs/order.ts';
import type { Order } from '../../contract/fleet/jobs/order.ts';
import type { PackageFileSource } from '../../contract/fleet/jobs/action.ts';
import { PART_BYTES } from '../../contract/fleet/package-file-part.ts';
import { UserError, describeError } from '../../lib/errors.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { ask } from '../../package-systems/ask.ts';
import { chooseFiles, filesOf } from '../orders/choose-files.ts';
import { openPartFile } from '../state/part-file.ts';
import type { PartFile } from '../state/part-file.ts';
import { fetchUrl } from '../wire/fetch-url.ts';
import type { OrderTask } from './follow-order.ts';
import type { HostContext } from './host-context.ts';

export type FilesState =
  | { readonly kind: 'whole' }
  /** In words: what is waited for. */
  | { readonly kind: 'coming'; readonly text: string }
  | { readonly kind: 'refused'; readonly why: string };

/** Of a check-in, which has a few of them and must end within minutes. */
const SLICE_MS = 45_000;
/** So long after the order was made, an address that gives nothing is given up. */
const GIVE_UP_MS = 600_000;
/** Beside two copies of the files. */
const SPARE_BYTES = 64 * 1024 * 1024;

type Fetching = { readonly context: HostContext; readonly order: Order; readonly untilMs: number };

export async function fetchOrderFiles(context: HostContext, task: OrderTask): Promise<FilesState> {
  const order = readUnchecked(task);
  const wanted = order === undefined ? [] : filesOf(order.action);
  if (order === undefined || wanted.length === 0) return { kind: 'whole' };
  const chosen = await choose(context, wanted);
  const missing = chosen.filter((file) => !openPartFile(context.paths.files, file).isWhole());
  if (missing.length === 0) return { kind: 'whole' };
  if (order.expiresAt * 1000 <= context.now()) return refuse('its files had not all come before the order ended');
  const full = faultOfRoom(context.paths.files, missing);
  if (full !== undefined) return refuse(full);
  const fetching = { context, order, untilMs: context.now() + SLICE_MS };
  for (const file of missing) {
    const state = await fetchFile(fetching, file);
    if (state.kind !== 'whole') return state;
  }
  return { kind: 'whole' };
}

const refuse = (why: string): FilesState => ({ kind: 'refused', why: `nothing was changed: ${why}` });

/** What is no order is the executor's to refuse. */
function readUnchecked({ order: { order } }: OrderTask): Order | undefined {
  try {
    return orderSchema.safeParse(JSON.parse(order)).data;
  } catch {
    return undefined;
  }
}

/** Where none is for this host, the executor says so. */
async function choose({ system, host }: HostContext, files: readonly PackageFileSource[]) {
  try {
    return chooseFiles(files, system, await ask(system.architectures, host));
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** The executor makes a copy of its own. */
function faultOfRoom(directory: string, missing: readonly PackageFileSource[]): string | undefined {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { bavail, bsize } = statfsSync(directory);
  const needed = 2 * missing.reduce((sum, { bytes }) => sum + bytes, 0) + SPARE_BYTES;
  const free = bavail * bsize;
  return needed <= free
    ? undefined
    : `its files need ${megabytes(needed)} in ${directory}, and ${megabytes(free)} are free`;
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

async function fetchFile(fetching: Fetching, file: PackageFileSource): Promise<FilesState> {
  const part = openPartFile(fetching.context.paths.files, file);
  const fault =
    file.url === undefined ? await fromServer(fetching, file, part) : await fromUrl(fetching, file.url, { file, part });
  if (fault !== undefined) return fault;
  if (part.have() < file.bytes) {
    return { kind: 'coming', text: `${file.fileName}: ${megabytes(part.have())} of ${megabytes(file.bytes)}` };
  }
  const found = await part.finish();
  if (found === undefined) return { kind: 'whole' };
  const from = file.url ?? "the fleet's server";
  return refuse(`${file.fileName} from ${from} has SHA-256 ${found}, and ${file.sha256} was approved`);
}

async function fromServer(
  { context, untilMs }: Fetching,
  { sha256, bytes, fileName }: PackageFileSource,
  part: PartFile,
): Promise<FilesState | undefined> {
  for (let have = part.have(); have < bytes && context.now() < untilMs; have = part.have()) {
    const asked = await context.client
      .fetchPart({ sha256, from: have })
      .catch((error: unknown) => describeError(error));
    if (typeof asked === 'string') return { kind: 'coming', text: `${fileName}: ${asked}` };
    if ('refusal' in asked) return { kind: 'coming', text: `${fileName}: ${asked.refusal.message}` };
    if (asked.answer.result === 'missing') return refuse(asked.answer.message);
    const data = Buffer.from(asked.answer.data, 'base64');
    if (data.length === 0 || data.length > PART_BYTES || have + data.length > bytes) {
      return refuse(`the fleet's server has sent a wrong part of ${fileName}`);
    }
    part.write(have, data);
  }
  return undefined;
}

async function fromUrl(
  { context, order, untilMs }: Fetching,
  url: string,
  { file, part }: { readonly file: PackageFileSource; readonly part: PartFile },
): Promise<FilesState | undefined> {
  if (part.have() === file.bytes) return undefined;
  const signal = AbortSignal.timeout(Math.max(1, untilMs - context.now()));
  const fault = await fetchUrl({ url, from: part.have(), bytes: file.bytes, signal, write: part.write });
  if (fault === undefined) return undefined;
  // A serial is the time when the order was made.
  if (context.now() - order.serial > GIVE_UP_MS) return refuse(fault);
  return { kind: 'coming', text: `${fault}; it is tried again` };
}

const KEPT_MS = 86_400_000;

/** A simulation's files are wanted again by the order that follows. */
export function dropOldFiles({ paths, now }: HostContext): void {
  for (const name of namesIn(paths.files)) {
    const path = join(paths.files, name);
    if (now() - timeOf(path) > KEPT_MS) rmSync(path, { force: true });
  }
}

const namesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    return whenMissing<string[]>([])(error);
  }
};

function timeOf(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch (error) {
    return whenMissing(Number.POSITIVE_INFINITY)(error);
  }
}
