import { createHash } from 'node:crypto';

/**
 * A UUID of version 5 in the machine's own namespace: the same machine and name give the same UUID for ever.
 * Names in use: `disk/disk0`, `partition/disk0/a`, `partition/disk0/bios-boot`, `filesystem/disk0/a`.
 * @see RFC 9562 §5.5
 */
export function deriveUuid(machineId: string, name: string): string {
  const namespace = Buffer.from(machineId.replaceAll('-', ''), 'hex');
  if (namespace.length !== 16) throw new Error(`'${machineId}' is not a UUID to derive others from`);
  const bytes = createHash('sha1').update(namespace).update(name, 'utf8').digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
