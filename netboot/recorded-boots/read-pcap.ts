// Packets of a recording that tcpdump or QEMU has made. In: a pcap file's bytes. Out: what each UDP or TCP packet carries.
// Never: other networks than Ethernet, other protocols than IPv4. @see pcap-savefile(5)
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const MAGIC = 0xa1b2c3d4;
const IP_AT = 14;
const UDP = 17;

export type RecordedPacket = { readonly port: number; readonly payload: Uint8Array };

/** In the order of the recording; `port` is the one that it was sent to. */
export function readPcap(file: Buffer): RecordedPacket[] {
  if (file.readUInt32LE(0) !== MAGIC) throw new Error('not a pcap file of this byte order');
  const packets: RecordedPacket[] = [];
  let at = FILE_HEADER_BYTES;
  while (at < file.length) {
    const sizeBytes = file.readUInt32LE(at + 8);
    at += PACKET_HEADER_BYTES;
    packets.push(readFrame(file.subarray(at, at + sizeBytes)));
    at += sizeBytes;
  }
  return packets;
}

function readFrame(frame: Buffer): RecordedPacket {
  const headerBytes = (frame.readUInt8(IP_AT) & 0xf) * 4;
  const end = IP_AT + frame.readUInt16BE(IP_AT + 2);
  const above = IP_AT + headerBytes;
  const isUdp = frame.readUInt8(IP_AT + 9) === UDP;
  const payloadAt = above + (isUdp ? 8 : (frame.readUInt8(above + 12) >> 4) * 4);
  return { port: frame.readUInt16BE(above + 2), payload: frame.subarray(payloadAt, end) };
}
