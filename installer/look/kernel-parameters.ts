import { z } from 'zod';
import { kernelParameters } from '../../contract/routes.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { parseMac } from '../../lib/mac.ts';

const parametersSchema = z.object({
  serverUrl: z.url({ protocol: /^http$/ }).transform((url) => url.replace(/\/+$/, '')),
  token: z.string().regex(/^[0-9a-f]{64}$/, 'not a token of 64 hexadecimal digits'),
  mac: z.string().transform((text, context) => {
    const mac = parseMac(text);
    if (mac === undefined) context.addIssue({ code: 'custom', message: `'${text}' is not a MAC address` });
    return mac ?? z.NEVER;
  }),
  consoles: z.array(z.string().regex(/^tty[A-Za-z0-9]+(,[0-9a-z]+)?$/)),
});

/** What the netboot server told the ramdisk on the kernel's command line. */
export type InstallParameters = z.output<typeof parametersSchema>;

/**
 * Reads `gutinteg.server= gutinteg.mac= gutinteg.token= console=…` from the text of /proc/cmdline.
 * @throws FaultsError naming each parameter that is missing or wrong
 */
export function parseKernelParameters(commandLine: string): InstallParameters {
  const words = commandLine.trim().split(/\s+/);
  const values = (name: string): string[] =>
    words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
  return parseEdge(
    parametersSchema,
    {
      serverUrl: values(kernelParameters.server)[0],
      token: values(kernelParameters.token)[0],
      mac: values(kernelParameters.mac)[0],
      consoles: values('console'),
    },
    'the kernel command line',
  );
}
