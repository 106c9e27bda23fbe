// The EFI system partitions and boot entries of a running machine. In: what is wanted, what was recorded. Out: what was
// not so, put right. Never: stops at one disk because of another; mounts for writing what is as it should be.
import { describeWithHint, UserError } from '../../../lib/errors.ts';
import { isSystemError } from '../../../lib/when-missing.ts';
import type { RecordedBoot } from '../boot-artefact.ts';
import { readEspEntries } from '../entries/esp-entries.ts';
import { findOrphans, findStale, removeStale } from '../entries/sweep-esp.ts';
import type { Stale } from '../entries/sweep-esp.ts';
import type { Change, Kept, KeepInput } from '../kept-boot.ts';
import { wantedEntry } from '../nvram/wanted-entry.ts';
import { describeEntryChanges, writeBootEntries } from '../nvram/write-boot-entries.ts';
import type { EntryTools } from '../nvram/write-boot-entries.ts';
import { readEspSource, sha256 } from './esp-file.ts';
import { foreignFallback } from './install-esp.ts';
import { espsArgv, locateEsps } from './locate-esps.ts';
import type { MountEsp } from './mount-esp.ts';
import type { EspWish } from './plan-esp-boot.ts';
import { spareForeignFallback } from './spare-foreign-fallback.ts';
import { compareEspFiles, writeEspFiles } from './write-esp-files.ts';
import type { EspBytes, EspDifference } from './write-esp-files.ts';

export type EspTools = { readonly mountEsp: MountEsp; readonly readEfi: EntryTools['readEfi'] };

/** @throws UserError when two disks carry one partition */
export async function keepEsps(
  { recorded, run, changeNothing }: KeepInput,
  { wishes, loader, tools, root }: { wishes: readonly EspWish[]; loader: string; tools: EspTools; root: string },
): Promise<Kept> {
  const esps = wishes.map(({ esp }) => esp);
  const { found, missing } = locateEsps(esps, (await run(espsArgv)).stdout);
  const here = wishes.flatMap((wish) => {
    const esp = found.find(({ partUuid }) => partUuid === wish.esp.partUuid);
    return esp === undefined ? [] : [{ ...wish, esp }];
  });
  const said = { changes: [] as Change[], errors: [] as string[], notices: [] as string[] };
  const records: RecordedBoot[] = [];
  for (const wish of here) {
    const before = recorded.filter(({ artefact }) => artefact.partUuid === wish.esp.partUuid);
    try {
      records.push(...(await keepOne(wish, { before, loader, tools, root, changeNothing, said })));
    } catch (error) {
      if (!(error instanceof UserError) && !isSystemError(error)) throw error;
      const what = `boot loader: the EFI system partition of ${wish.esp.disk} (${wish.esp.device})`;
      said.errors.push(`${what}: ${describeWithHint(error)}`.slice(0, 8000));
      records.push(...before);
    }
  }
  const entries = here.map(({ esp, entry }) => wantedEntry(esp, entry.label, entry.path));
  await keepEntries(entries, { run, tools, changeNothing, said });
  const absent = recorded.filter(({ artefact }) => missing.some(({ partUuid }) => partUuid === artefact.partUuid));
  return { ...said, recorded: [...records, ...absent], missing: missing.map(({ partUuid }) => partUuid) };
}

const NOTHING_STALE: Stale = { entries: [], kernels: [] };
const NOT_NAMED = 'boot loader: the boot menu does not name it any more';

type Said = { readonly changes: Change[]; readonly errors: string[]; readonly notices: string[] };

type One = {
  readonly before: readonly RecordedBoot[];
  readonly loader: string;
  readonly tools: EspTools;
  readonly root: string;
  readonly changeNothing: boolean;
  readonly said: Said;
};

/** What to record of one partition and its entry. */
async function keepOne({ esp, files, entry, menu }: EspWish, given: One): Promise<readonly RecordedBoot[]> {
  const { before, loader, tools, root, changeNothing, said } = given;
  const wanted = [
    ...(menu === undefined ? [] : await readEspEntries(menu, root)),
    ...(await Promise.all(files.map(async (file) => ({ ...file, bytes: await readEspSource(file.from, root) })))),
  ];
  const digests = new Map(before.flatMap((each) => Object.entries(each.digests)));
  const known = new Set(digests.values());
  const { own, differences, stale } = await tools.mountEsp(esp.device, 'read', async (top) => {
    const spared = esp.isKept ? await spareForeignFallback(top, wanted, known) : wanted;
    return {
      own: spared,
      differences: await compareEspFiles(top, spared),
      stale: menu === undefined ? NOTHING_STALE : await findStale(top, spared),
    };
  });
  if (own.length < wanted.length) said.notices.push(foreignFallback(esp.disk));
  const gone = [...stale.entries, ...stale.kernels];
  if (differences.length + gone.length > 0 && !changeNothing) {
    await tools.mountEsp(esp.device, 'write', async (top) => {
      // Their room may be needed.
      if (menu !== undefined) await removeStale(top, await findOrphans(top, own));
      await writeEspFiles(top, own);
      if (menu !== undefined) await removeStale(top, await findStale(top, own));
    });
  }
  said.changes.push(...differences.map((each) => describe(esp.disk, each, digests)));
  said.changes.push(
    ...gone.map((path) => ({ path: `${esp.disk}:/${path}`, action: 'deleted' as const, why: NOT_NAMED })),
  );
  if (changeNothing) return before;
  const { partUuid } = esp;
  const { loaderPath, label } = wantedEntry(esp, entry.label, entry.path);
  return [
    ...own.map((file) => fileRecord(loader, partUuid, file)),
    { loader, artefact: { kind: 'nvram-entry', partUuid, label, loaderPath }, digests: {} },
  ];
}

function fileRecord(loader: string, partUuid: string, { path, bytes }: EspBytes): RecordedBoot {
  return { loader, artefact: { kind: 'esp-file', partUuid, path }, digests: { [path]: sha256(bytes) } };
}

function describe(
  disk: string,
  { path, action, sha256: now }: EspDifference,
  digests: ReadonlyMap<string, string>,
): Change {
  const isAsInstalled = now !== undefined && now === digests.get(path);
  const why = isAsInstalled
    ? 'the system has a newer one'
    : action === 'created'
      ? 'it was missing'
      : 'not as installed';
  return { path: `${disk}:/${path}`, action, why: `boot loader: ${why}` };
}

async function keepEntries(
  entries: readonly ReturnType<typeof wantedEntry>[],
  { run, tools, changeNothing, said }: Pick<KeepInput, 'run' | 'changeNothing'> & { tools: EspTools; said: Said },
): Promise<void> {
  if (entries.length === 0) return;
  const { changes, notices } = changeNothing
    ? { changes: describeEntryChanges((await tools.readEfi())?.boot, entries), notices: [] }
    : await writeBootEntries(entries, { run, readEfi: tools.readEfi });
  said.changes.push(...changes.map(({ label, action, why }) => ({ path: label, action, why })));
  said.notices.push(...notices);
}
