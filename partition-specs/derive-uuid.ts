import { createHash } from 'node:crypto';

/**
 * A UUID of version 5 in the machine's own namespace: the same machine and name give the same UUID for ever.
 * Names in use: `disk/disk0`, `partition/disk0/a`, `partition/disk0/bios-boot`, `filesystem/disk0/a`, `array/sys`,
 * `filesystem/sys`, `physical-volume/disk0/b`, `filesystem/vg0/root`, `disklabel/disk0`.
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

const LVM_DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The same for LVM, whose UUIDs are 32 letters and digits: `6fpHXd-…`, in groups of 6, 4, 4, 4, 4, 4 and 6. */
export function deriveLvmUuid(machineId: string, name: string): string {
  const digest = createHash('sha256').update(deriveUuid(machineId, name)).digest();
  const digits = [...digest].map((byte) => LVM_DIGITS[byte % LVM_DIGITS.length]).join('');
  return digits.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}
