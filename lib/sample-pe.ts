// Programs for UEFI firmware as tests need them: with and without signatures. In: names. Out: bytes. Pure.
const commonName = (name: string) =>
  Buffer.concat([Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, name.length]), Buffer.from(name)]);

/** An entry of a certificate table, with these common names. */
export function certificate(names: readonly string[], type = 2): Buffer {
  const der = Buffer.concat(names.map(commonName));
  const head = Buffer.alloc(8);
  head.writeUInt32LE(8 + der.length);
  head.writeUInt16LE(0x200, 4);
  head.writeUInt16LE(type, 6);
  return Buffer.concat([head, der, Buffer.alloc((8 - (der.length % 8)) % 8)]);
}

/** A program of 64 bits without sections, and these bytes at its end as its certificate table. */
export function program(table: Buffer, magic = 0x20b): Buffer {
  const image = Buffer.alloc(512);
  image.write('MZ');
  image.writeUInt32LE(0x80, 0x3c);
  image.write('PE\0\0', 0x80, 'latin1');
  image.writeUInt16LE(magic, 0x98);
  const directory = 0x98 + (magic === 0x20b ? 112 : 96) + 4 * 8;
  image.writeUInt32LE(table.length === 0 ? 0 : image.length, directory);
  image.writeUInt32LE(table.length, directory + 4);
  return Buffer.concat([image, table]);
}
