// SO_BINDTODEVICE for a UDP socket, which Node does not offer: the kernel's own tables name the descriptor, and the
// experimental node:ffi sets the option. Everything here may be missing, so the caller goes on without it.
import { readFile, readdir, readlink } from 'node:fs/promises';
import { whenMissing } from '../../lib/when-missing.ts';

/** Linux, asm-generic/socket.h. */
const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;

/**
 * Lets this process's UDP socket on 0.0.0.0:`port` hear only packets that arrive on the interface.
 * @throws Error when the socket is not found, node:ffi is missing, or the kernel refuses.
 */
export async function bindToDevice(port: number, interfaceName: string): Promise<void> {
  const inodes = new Set(await inodesOf(port));
  const descriptor = await descriptorOf(inodes);
  if (descriptor === undefined) throw new Error(`this process has no UDP socket on 0.0.0.0:${port}`);
  const ffi = process.getBuiltinModule('node:ffi');
  using libc = ffi.dlopen(null, {
    setsockopt: { return: 'i32', arguments: ['i32', 'i32', 'i32', 'pointer', 'u32'] },
  });
  const name = Buffer.from(`${interfaceName}\0`);
  if (libc.functions.setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, name, name.length) !== 0) {
    throw new Error(`the kernel refused to bind UDP port ${port} to ${interfaceName}`);
  }
}

/** Inodes of all sockets on 0.0.0.0:port, from lines such as `12: 00000000:0043 00000000:0000 07 … inode …`. */
async function inodesOf(port: number): Promise<string[]> {
  const local = `00000000:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/self/net/udp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  return lines.filter((fields) => fields[1] === local).flatMap((fields) => fields[9] ?? []);
}

async function descriptorOf(inodes: ReadonlySet<string>): Promise<number | undefined> {
  for (const descriptor of await readdir('/proc/self/fd')) {
    // The descriptor of this very listing is gone by now.
    const target = await readlink(`/proc/self/fd/${descriptor}`).catch(whenMissing(''));
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return Number(descriptor);
  }
  return undefined;
}
