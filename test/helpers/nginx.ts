// An nginx of a test's own: Debian's, unpacked and not installed, in a temporary directory, in the foreground.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import { unpackedPackage } from './unpacked-package.ts';

export type Nginx = { readonly directory: string; readonly stop: () => Promise<void> };

/**
 * Returns when it answers on the port of loopback that its configuration listens on.
 * @param http what stands in `http { }`, given the directory of this nginx
 * @param prefix put before its program: `['ip', 'netns', 'exec', 'lab-1']`
 */
export async function startNginx(
  port: number,
  http: (directory: string) => string,
  prefix: readonly string[] = [],
): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'gutinteg-nginx-'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${directory}/${kind};`,
  );
  await writeFile(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; pid ${directory}/pid; error_log ${directory}/error.log;
     events {} http { access_log ${directory}/access.log; ${temporary.join(' ')} ${http(directory)} }\n`,
  );
  const program = join(await unpackedPackage('nginx'), 'usr/sbin/nginx');
  const own = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', join(directory, 'error.log')];
  const [first = program, ...rest] = [...prefix, program, ...own];
  const child = spawn(first, rest, { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const patience = ['--retry-connrefused', '--retry', '20', '--retry-delay', '1'];
  const quiet = ['--silent', '--insecure', '--output', '/dev/null'];
  const ask = ['curl', ...quiet, ...patience, `http://127.0.0.1:${port}/`];
  await runCommand([...prefix, ...ask] as [string, ...string[]]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { directory, stop };
}

/** A port of loopback that nobody has; the kernel does not give it to another socket for a while. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
