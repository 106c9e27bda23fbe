// What an installer saves before its first write: old tables and data extents. Answered only when it is durable.
import type { Express } from 'express';
import { diskRecordSchema, MAX_DISK_RECORD_BYTES } from '../../contract/disk-record.ts';
import type { DiskRecord, RecordedData } from '../../contract/disk-record.ts';
import { routes } from '../../contract/routes.ts';
import { describeError } from '../../lib/errors.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { getMachine } from '../state/find-machines.ts';
import { noteOnTimeline } from '../machines/machines.ts';
import type { Machines } from '../machines/machines.ts';
import type { DiskRecords } from '../state/disk-records.ts';
import { checkAttempt, requireAttempt } from './authenticate.ts';
import { HttpError } from './http-errors.ts';
import type { BodyReader } from './read-body.ts';
import type { SendSigned } from './send-signed.ts';

export type DiskRoutesOptions = {
  readonly machines: Machines;
  readonly records: DiskRecords;
  readonly readBody: BodyReader;
  readonly sendSigned: SendSigned;
};

export function addDiskRoutes(app: Express, options: DiskRoutesOptions): void {
  const { machines, records, readBody, sendSigned } = options;

  app.post(
    routes.disks(':id'),
    requireAttempt(machines),
    ...readBody(MAX_DISK_RECORD_BYTES),
    (request, response, next) => {
      const record = parseEdge(diskRecordSchema, request.body, 'the record of a machine');
      // Once more: while the body was read, the machine may have begun another attempt.
      checkAttempt(machines, request);
      save(options, request.params.id, record).then(() => void response.status(204).end(), next);
    },
  );

  app.get(routes.recordedData(':id'), requireAttempt(machines), (request, response, next) => {
    newestData(records, request.params.id).then(
      (data) => sendSigned({ request, response }, JSON.stringify(data)),
      next,
    );
  });
}

/** An error is not "no data": the installer must not go on as if there were none. */
async function newestData(records: DiskRecords, machineId: string): Promise<readonly RecordedData[]> {
  return records.newestData(machineId).catch((error: unknown) => {
    throw new HttpError(503, `where the data partitions of this machine lie cannot be read: ${describeError(error)}`);
  });
}

async function save(
  { machines, records }: Pick<DiskRoutesOptions, 'machines' | 'records'>,
  machineId: string,
  record: DiskRecord,
): Promise<void> {
  const { life } = getMachine(machines.table, machineId);
  // Whoever has disarmed the machine in the meantime stops the installer here, before its first write.
  if (life.state !== 'installing') {
    throw new HttpError(409, `this machine is ${life.state}, so no installation of it may begin`);
  }
  const number = await records.save(machineId, life.attempts, record).catch((error: unknown) => {
    throw new HttpError(503, `the tables of the disks could not be stored: ${describeError(error)}`);
  });
  noteOnTimeline(machines, machineId, { source: 'installer', key: `disks ${number}`, text: noteText(record, number) });
}

function noteText({ disks, data }: DiskRecord, number: number): string {
  const tables = `the installer saved the tables of ${disks.length} ${disks.length === 1 ? 'disk' : 'disks'}`;
  const names = data.map(({ name }) => name).join(', ');
  return `${tables} as record ${number}${names === '' ? '' : `; data: ${names}`}`;
}
