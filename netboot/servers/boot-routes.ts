// Scripts, kernel, ramdisk and the package store: what a machine reads without a token.
import { basename, join } from 'node:path';
import type { Express, RequestHandler } from 'express';
import { architectures } from '../../lib/architecture.ts';
import { parseMac } from '../../lib/mac.ts';
import { routes } from '../../contract/routes.ts';
import { bootDirectory } from '../boot-directory.ts';
import type { BootService } from '../boot-service.ts';
import type { Clients } from '../clients.ts';
import { noteOnTimeline, noteStep } from '../machines/machines.ts';
import type { Machines } from '../machines/machines.ts';
import { machineScripts } from '../render/boot-scripts.ts';
import type { MachineLanguage } from '../render/boot-scripts.ts';
import { HttpError } from './http-errors.ts';
import { machineOfRequest } from './machine-of-request.ts';
import { resetAfterGrub } from './reset-grub.ts';
import { sendFile } from './send-file.ts';
import type { SendSigned } from './send-signed.ts';

export type BootRoutesOptions = {
  readonly boot: BootService;
  readonly machines: Machines;
  readonly clients: Clients;
  /** Has `boot/ARCH/` with `vmlinuz` and `ramdisk.img`, and `store/` with `manifests/`, `deltas/` and `packs/`. */
  readonly stateDir: string;
  readonly sendSigned: SendSigned;
};

export function addBootRoutes(app: Express, options: BootRoutesOptions): void {
  app.get(
    routes.ipxeStart,
    bootFile(options, () => 'start.ipxe'),
  );
  // GRUB looks below where it was loaded from, or in the root: that depends on how it was loaded.
  for (const path of [routes.grubStart, routes.loader('grub/grub.cfg')]) {
    app.get(
      path,
      bootFile(options, () => 'grub/grub.cfg'),
    );
  }
  app.get(
    routes.loader(':file'),
    bootFile(options, ({ file }) => file),
  );
  app.get('/boot/mac/:file', (request, response, next) => {
    const { file } = request.params;
    const [, name = '', ending = ''] = /^(.*)\.(\w+)$/.exec(file) ?? [];
    const [mac, language] = [parseMac(name), languages.find((one) => one === ending)];
    if (mac === undefined || language === undefined) {
      throw new HttpError(404, `not a MAC address with ${languages.map((one) => `.${one}`).join(' or ')}`);
    }
    resetAfterGrub(request, response);
    // Whoever asks for the head alone does not boot it.
    const { boot } = options;
    const script = request.method === 'HEAD' ? boot.previewScript(mac, language) : boot.script(mac, language);
    // iPXE and GRUB check no signature and send no nonce.
    script.then((text) => options.sendSigned({ request, response }, text, 'text/plain'), next);
  });
  for (const architecture of Object.values(architectures)) {
    const { name } = architecture;
    const root = bootDirectory(options.stateDir, architecture);
    app.get(routes.kernel(name), fixedFile(options, { root, path: 'vmlinuz', step: 'fetched the kernel' }));
    app.get(routes.ramdisk(name), fixedFile(options, { root, path: 'ramdisk.img', step: 'fetched the ramdisk' }));
  }
  app.get('/store/:kind/:file', storeFile(options));
}

/** A boot loader or first script; whole, and named on the machine's timeline. */
function bootFile(
  options: BootRoutesOptions,
  nameOf: (parameters: { readonly file: string }) => string,
): RequestHandler<{ file: string }> {
  return (request, response) => {
    const name = nameOf(request.params);
    const bytes = options.boot.file(name, 'http');
    if (bytes === undefined) throw new HttpError(404, `there is no boot file ${name.slice(0, 100)}`);
    const row = request.method === 'GET' ? machineOfRequest(request, options) : undefined;
    // What a firmware takes a file for that has no .efi in its URL. @see UEFI 2.10 §24.7.8
    response.type(name.endsWith('.efi') ? 'application/efi' : 'text/plain').set('Cache-Control', 'no-store');
    response.send(Buffer.from(bytes));
    if (row === undefined) return;
    const text = `fetched ${name} by HTTP`;
    noteOnTimeline(options.machines, row.id, { source: 'http', key: `boot ${name}`, text });
  };
}

const languages = Object.keys(machineScripts) as readonly MachineLanguage[];

/** With Range and Content-Length; noted on the machine's timeline when all of it was sent. */
function fixedFile(options: BootRoutesOptions, file: { root: string; path: string; step: string }): RequestHandler {
  return (request, response, next) => {
    const row = request.method === 'GET' ? machineOfRequest(request, options) : undefined;
    const { root, path } = file;
    const missing = `the server has no boot/${basename(root)}/${path}; run gutinteg prepare first`;
    sendFile({ request, response }, { root, path, missing }, (end) => {
      if (end instanceof Error) {
        next(end);
        return;
      }
      // A part, or that the client has it already: nothing that a boot goes on with.
      if (response.statusCode !== 200) return;
      const words = end === undefined ? file.step : `${file.step} in part: the connection broke`;
      if (row !== undefined) {
        noteOnTimeline(options.machines, row.id, { source: 'http', key: `file ${file.path}`, text: words });
        noteStep(options.machines, row.id, words);
      }
    });
  };
}

const storeNames: Readonly<Record<string, RegExp>> = {
  manifests: /^[0-9a-f]{64}(?:\.sig)?$/,
  deltas: /^[0-9a-f]{64}-[0-9a-f]{64}$/,
  packs: /^[0-9a-f]{64}$/,
};

/** Names are digests, so nothing else in the state directory can be named; contents never change. */
function storeFile(options: BootRoutesOptions): RequestHandler<{ kind: string; file: string }> {
  return (request, response, next) => {
    const { kind, file } = request.params;
    const isNamed = Object.hasOwn(storeNames, kind) && storeNames[kind]?.test(file) === true;
    if (!isNamed) throw new HttpError(404, 'not a name of the package store');
    const row = request.method === 'GET' ? machineOfRequest(request, options) : undefined;
    response.type('application/octet-stream');
    const stored = { root: join(options.stateDir, 'store'), path: join(kind, file), immutable: true };
    sendFile({ request, response }, { ...stored, missing: `not in the package store: ${kind}/${file}` }, (end) => {
      if (end instanceof Error) next(end);
      else if (row !== undefined)
        noteOnTimeline(options.machines, row.id, {
          source: 'http',
          key: `store ${kind}`,
          text: `fetched ${kind} from the store`,
        });
    });
  };
}
