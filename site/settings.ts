// site.yaml. In: parsed YAML. Out: checked settings with defaults. Never: I/O.
import { z } from 'zod';
import { hostKeySchema } from '../contract/fleet/enrolment.ts';
import { architectureOfRecord, architectures } from '../lib/architecture.ts';
import type { Architecture } from '../lib/architecture.ts';
import { netbootWays } from '../lib/netboot-ways.ts';

const consoleList = z.array(z.string().regex(/^tty[A-Za-z0-9]+(,[0-9a-z]+)?$/));

/** One list for every machine, or one for each architecture; what is not said is what that architecture usually has. */
const consolesSchema = z
  .union([consoleList, z.strictObject({ amd64: consoleList.optional(), arm64: consoleList.optional() })])
  .default({})
  .transform((given): Consoles => {
    const { amd64, arm64 } = Array.isArray(given) ? { amd64: given, arm64: given } : given;
    return { amd64: amd64 ?? architectures.amd64.consoles, arm64: arm64 ?? architectures.arm64.consoles };
  });

/** By architecture. */
export type Consoles = Readonly<Record<Architecture['name'], readonly string[]>>;

/** Settings of one site; see docs/site.md for each key. */
export const siteSettingsSchema = z.strictObject({
  /** Network interface that DHCP is served on. */
  interface: z.string().min(1).max(15).optional(),
  /** The server's own IPv4 address on that interface; machines reach TFTP and HTTP there. */
  address: z.ipv4().optional(),
  httpPort: z.int().min(1).max(65535).default(8080),
  dhcp: z
    .strictObject({
      leaseSeconds: z.int().min(60).max(604800).default(3600),
      /** Addresses for machines that the database does not know; without it they get no answer. */
      range: z.strictObject({ from: z.ipv4(), to: z.ipv4() }).optional(),
    })
    .default({ leaseSeconds: 3600 }),
  /** Where programs keep what they write; relative paths start at the site. */
  state: z.string().default('/var/lib/gutinteg'),
  /** Variables that a look-up of a record hands to anybody on the network, besides those of booting; `*` is all. */
  publicVariables: z.array(z.string().regex(/^([A-Za-z_][A-Za-z0-9_]*|\*)$/)).default([]),
  /** Kernel consoles of ramdisk and installed machines, last one is /dev/console. */
  consoles: consolesSchema,
  /** Attempts of one arming before the machine is marked failed and left alone. */
  attempts: z.int().min(1).max(20).default(3),
  /** Whether who looks for an IPv6 router is told that there is none: iPXE then boots without waiting for one. */
  routerAdvertisements: z.boolean().default(false),
  /** What UEFI machines begin a network boot with: shim and GRUB, with or without Secure Boot, or iPXE. */
  netboot: z.enum(netbootWays).default('grub'),
  /** Debian packages with firmware files that cards need while they are installed; the ramdisk carries those files. */
  firmware: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'not the name of a Debian package')).default([]),
  /** The server that every machine reports its packages to (docs/fleet.md); without it, machines report to none. */
  fleet: z
    .strictObject({
      /** As machines reach it. */
      url: z
        .url({ protocol: /^https$/, error: 'is no https:// address' })
        .refine((text) => new URL(text).pathname === '/', 'has a path')
        .transform((text) => new URL(text).origin),
      /** PEM that machines know the server by; a relative path starts at the site. That of `gutinteg fleet tls` unless given. */
      certificate: z.string().min(1).optional(),
      /** Whether `gutinteg serve` is this server, too. */
      serve: z.boolean().default(true),
      /** With `serve: false`: a file with a token by which machines of this site are let in there; a relative path starts at the site. */
      tokenFile: z.string().min(1).optional(),
      /** With `serve: false`: what `gutinteg fleet order-key` prints there; machines of this site carry out that server's orders. */
      orderKey: hostKeySchema.optional(),
    })
    .refine(({ serve, tokenFile }) => !serve || tokenFile === undefined, {
      path: ['tokenFile'],
      error: 'is for a server elsewhere: fleet.serve: false',
    })
    .refine(({ serve, orderKey }) => !serve || orderKey === undefined, {
      path: ['orderKey'],
      error: 'is for a server elsewhere: fleet.serve: false',
    })
    .optional(),
  /** Package mirror for image builds; the builder's own default when absent. */
  mirror: z.string().optional(),
});

export type SiteSettings = z.infer<typeof siteSettingsSchema>;

/** The kernel consoles of a machine, by its record. */
export function consolesOf(consoles: Consoles, record: { readonly ARCH?: string }): readonly string[] {
  return consoles[architectureOfRecord(record)?.name ?? 'amd64'];
}
