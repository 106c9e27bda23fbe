// What a partition, an array or a volume will hold, as the layout expresses it.
import { deriveUuid } from './derive-uuid.ts';
import { labelOf } from './filesystem-labels.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import type { LayoutContent } from './layout.ts';
import type { ContentRequest } from './spec-types.ts';

/** @param place what the UUID derives from: `disk0/a`, `sys`, `vg0/root` */
export function planContent(
  request: ContentRequest,
  kind: FilesystemKind,
  { machineId, place }: { readonly machineId: string; readonly place: string },
): LayoutContent {
  const label = labelOf(request, kind);
  return {
    filesystem: kind.name,
    uuid: kind.uuidFrom(deriveUuid(machineId, `filesystem/${place}`)),
    ...(label === undefined ? {} : { label }),
    ...(request.mountPoint === undefined ? {} : { mountPoint: request.mountPoint }),
    options: mountOptions(request, kind),
    ...(request.data ? { data: true } : {}),
  };
}

function mountOptions(request: ContentRequest, kind: FilesystemKind): string[] {
  const nameOf = (option: string) => option.split('=')[0];
  const asked = new Set(request.options.map(nameOf));
  // Options of swap with a mount point are those of the file system in memory.
  const inMemory = kind.use === 'swap' && request.mountPoint !== undefined;
  const added = request.mountPoint === '/' ? kind.addedOptions.root : kind.addedOptions.other;
  const options = [...request.options, ...(inMemory ? [] : added.filter((option) => !asked.has(nameOf(option))))];
  return options.length === 0 ? ['defaults'] : options;
}
