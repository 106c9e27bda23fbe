// The ramdisk with a small program instead of the installer, in a virtual machine of 1 GiB started by QEMU itself.
// In: the program, disks, kernel parameters. Out: what the serial line heard. Never: needs a server or a network.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectures } from '../../lib/architecture.ts';
import { runCommand } from '../../lib/run-command.ts';
import { boards } from '../../rehearse/hardware/boards.ts';
import { buildRamdisk } from '../../netboot/ramdisk/build.ts';

const cacheDir = join(import.meta.dirname, '../../.state/cache');
const architecture = architectures.amd64;
const MACHINE = `-machine ${architecture.qemu.machine} -accel tcg,thread=multi -cpu ${boards.amd64.processor} -m 1024 -smp 1 -display none -vga none -no-reboot -nodefaults`;

type Boot = {
  /** The program, an ES module that runs in the installer's place. */
  readonly source: string;
  /** Kernel parameters besides the consoles. */
  readonly append: string;
  /** Arguments for QEMU: disks and network cards; `folder` is a directory that lasts as long as the machine. */
  readonly devices: (folder: string) => Promise<string[]>;
  /** Packages with firmware files that the ramdisk is to have. */
  readonly firmware?: readonly string[];
};

export async function bootRamdisk(boot: Boot): Promise<{ log: string; seconds: number }> {
  const { source, append, devices, firmware } = boot;
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'ramdisk-boot-'));
  cleanup.defer(() => rm(folder, { recursive: true }));
  const installerBundle = Buffer.from(source);
  const { kernel, ramdisk } = await buildRamdisk({
    architecture,
    cacheDir,
    outDir: folder,
    installerBundle,
    publicKeys: [],
    firmware,
  });
  const serial = join(folder, 'serial');
  const started = performance.now();
  // The screen is /dev/console here; the serial line hears all the same. A time limit kills this QEMU and no other; with -no-reboot it ends where the machine would restart.
  await runCommand(
    [
      architecture.qemu.system,
      ...`${MACHINE} -kernel ${kernel} -initrd ${ramdisk} -serial file:${serial}`.split(' '),
      ...(await devices(folder)),
      '-append',
      `quiet console=ttyS0,115200 console=tty0 panic=30 ${append}`,
    ],
    { timeoutMs: 480_000 },
  );
  const seconds = (performance.now() - started) / 1000;
  return { log: await readFile(serial, 'utf8'), seconds };
}

/** What the program has said in lines `TEST name=JSON`. */
export function reported(log: string): Record<string, unknown> {
  const lines = [...log.matchAll(/^TEST (\w+)=(.*?)\r?$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, JSON.parse(value)]));
}
