import type { RehearsalSession } from './rehearse.ts';

const CTRL_RIGHT_BRACKET = '\x1d';

/** Connects the terminal with the machine's console until Ctrl-], or without a terminal until a signal. */
export async function attachConsole(
  { vm, socketDir, namespace, machine }: RehearsalSession,
  signal: AbortSignal,
): Promise<void> {
  const { stdin, stdout } = process;
  const ended = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => ended.resolve(), { once: true });
  stdout.write(`\nThe machine goes on running (QEMU process ${vm.pid}, sockets in ${socketDir}).\n`);
  const address = machine.record['IP'];
  if (address !== undefined) {
    stdout.write(
      `From another terminal, with a key of ROOT_KEYS: ip netns exec ${namespace.name} ssh root@${address}\n`,
    );
  }
  if (!stdin.isTTY) {
    stdout.write('Interrupt this command to switch it off.\n');
    return ended.promise;
  }
  stdout.write('This is its console; Ctrl-] switches it off.\n');
  const stop = vm.onConsole((text) => void stdout.write(text));
  stdin.setRawMode(true).setEncoding('utf8').resume();
  const onKeys = (keys: string): void => (keys.includes(CTRL_RIGHT_BRACKET) ? ended.resolve() : vm.type(keys));
  stdin.on('data', onKeys);
  vm.type('\n');
  try {
    await ended.promise;
  } finally {
    stdin.off('data', onKeys).setRawMode(false).pause();
    stop();
  }
}
