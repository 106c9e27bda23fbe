import { z } from 'zod';
import { buildIdSchema, mediumParameters } from '../../contract/medium.ts';
import { kernelParameters } from '../../contract/routes.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { parseMac } from '../../lib/mac.ts';

const consolesSchema = z.array(z.string().regex(/^tty[A-Za-z0-9]+(,[0-9a-z]+)?$/));

const parametersSchema = z.object({
  serverUrl: z.url({ protocol: /^http$/ }).transform((url) => url.replace(/\/+$/, '')),
  token: z.string().regex(/^[0-9a-f]{64}$/, 'not a token of 64 hexadecimal digits'),
  mac: z.string().transform((text, context) => {
    const mac = parseMac(text);
    if (mac === undefined) context.addIssue({ code: 'custom', message: `'${text}' is not a MAC address` });
    return mac ?? z.NEVER;
  }),
  consoles: consolesSchema,
});

const mediumSchema = z.object({
  buildId: buildIdSchema,
  /** Install although this build has already installed the machine. */
  isAgain: z.boolean(),
  consoles: consolesSchema,
});

/** What the netboot server told the ramdisk on the kernel's command line. */
export type InstallParameters = z.output<typeof parametersSchema>;

/** What the menu of a stick or CD told it. */
export type MediumParameters = z.output<typeof mediumSchema>;

/**
 * Reads `gutinteg.server= gutinteg.mac= gutinteg.token= console=…` from the text of /proc/cmdline.
 * @throws FaultsError naming each parameter that is missing or wrong
 */
export function parseKernelParameters(commandLine: string): InstallParameters {
  const values = valuesOn(commandLine);
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

/** Reads `gutinteg.medium=BUILD [gutinteg.again]`; undefined when the machine was not started from a medium. @throws FaultsError */
export function parseMediumParameters(commandLine: string): MediumParameters | undefined {
  const values = valuesOn(commandLine);
  const [buildId] = values(mediumParameters.medium);
  if (buildId === undefined) return undefined;
  const isAgain = wordsOf(commandLine).includes(mediumParameters.again);
  return parseEdge(mediumSchema, { buildId, isAgain, consoles: values('console') }, 'the kernel command line');
}

const wordsOf = (commandLine: string): string[] => commandLine.trim().split(/\s+/);

function valuesOn(commandLine: string): (name: string) => string[] {
  const words = wordsOf(commandLine);
  return (name) => words.filter((word) => word.startsWith(`${name}=`)).map((word) => word.slice(name.length + 1));
}
