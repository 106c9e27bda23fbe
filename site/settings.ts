// site.yaml. In: parsed YAML. Out: checked settings with defaults. Never: I/O.
import { z } from 'zod';

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
  consoles: z.array(z.string().regex(/^tty[A-Za-z0-9]+(,[0-9a-z]+)?$/)).default(['tty0', 'ttyS0,115200']),
  /** Attempts of one arming before the machine is marked failed and left alone. */
  attempts: z.int().min(1).max(20).default(3),
  /** Package mirror for image builds; the builder's own default when absent. */
  mirror: z.string().optional(),
});

export type SiteSettings = z.infer<typeof siteSettingsSchema>;
