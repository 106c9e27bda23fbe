import type { RecordedData } from '../../contract/disk-record.ts';
import type { Layout } from '../../partition-specs/layout.ts';

/** Where the data partitions that stay really lie: for the server, which tells the next attempt. */
export function planDataRecord(layout: Layout): RecordedData[] {
  return layout.disks.flatMap(({ name, hardware, partitions }) =>
    partitions.flatMap(({ letter, verdict, content, startSector, sizeSectors }) => {
      if (content?.data !== true || verdict !== 'KEEP') return [];
      const { serial, wwn, sizeBytes, logicalSectorBytes } = hardware;
      return [
        {
          name: `${name}/${letter}`,
          disk: {
            ...(serial === undefined ? {} : { serial }),
            ...(wwn === undefined ? {} : { wwn }),
            sizeBytes,
            logicalSectorBytes,
          },
          startBytes: startSector * logicalSectorBytes,
          sizeBytes: sizeSectors * logicalSectorBytes,
          filesystem: content.filesystem,
          fsUuid: content.uuid,
        },
      ];
    }),
  );
}
