import type { Layout } from '../layout.ts';

/** mdadm.conf(5): every array by its UUID, whatever host it was made on. */
export function renderMdadmConf(layout: Layout): string {
  const arrays = layout.arrays.map(
    ({ name, uuid }) => `ARRAY /dev/md/${name} metadata=1.2 name=any:${name} UUID=${mdadmUuid(uuid)}`,
  );
  return ['# Made by gutinteg from PARTITION.', 'HOMEHOST <ignore>', 'MAILADDR root', ...arrays, ''].join('\n');
}

/** mdadm writes the digits of a UUID in four groups of eight. */
export function mdadmUuid(uuid: string): string {
  return uuid.replaceAll('-', '').replace(/^(.{8})(.{8})(.{8})(.{8})$/, '$1:$2:$3:$4');
}
