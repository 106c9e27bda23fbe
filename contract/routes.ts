// Paths of the machine routes on the LAN port. In: identifiers. Out: URL paths. Never: I/O.

/**
 * Every path that a machine asks for. Routes marked * need `Authorization: Bearer <attempt token>`.
 * MACs in paths are written with colons; digests are 64 hexadecimal digits.
 */
export const routes = {
  /** The iPXE script that TFTP and DHCP lead to; it chains to `ipxeScript` with the machine's own MAC. */
  ipxeStart: '/boot/start.ipxe',
  ipxeScript: (mac: string) => `/boot/mac/${mac}.ipxe`,
  /** The same decision for GRUB. */
  grubScript: (mac: string) => `/boot/mac/${mac}.grub`,
  /** A boot loader; what it asks for next lies beside it. */
  loader: (file: string) => `/boot/efi/${file}`,
  /** What GRUB reads first, wherever it was loaded from. */
  grubStart: '/grub/grub.cfg',
  /** GET; answers a BootAnswer, for a machine that was started from a medium. */
  bootDecision: (mac: string) => `/boot/mac/${mac}.json`,
  /** Of an architecture by Debian's name. */
  kernel: (architecture: string) => `/boot/${architecture}/vmlinuz`,
  ramdisk: (architecture: string) => `/boot/${architecture}/ramdisk.img`,
  /** GET; answers a Lookup. With a token: the snapshot that the attempt was armed with. */
  lookupByMac: (mac: string) => `/v1/machines/by-mac/${mac}`,
  /** GET; answers a RecordAnswer with an ETag: the variables that the site lets its network read. */
  recordByMac: (mac: string) => `/v1/records/by-mac/${mac}`,
  recordByName: (name: string) => `/v1/records/by-name/${name}`,
  recordByIp: (ip: string) => `/v1/records/by-ip/${ip}`,
  /** GET; the JSON schema of a RecordAnswer. */
  recordSchema: '/v1/schema/record.json',
  /** GET; answers a Health. */
  health: '/v1/health',
  /** POST *; body: events of the installation. */
  events: (machineId: string) => `/v1/machines/${machineId}/events`,
  /** POST *; body: the report of a run on the installed machine. */
  report: (machineId: string) => `/v1/machines/${machineId}/report`,
  /** GET; answers SiteKeys. Proves nothing by itself: whoever asks compares fingerprints that came another way. */
  siteKeys: '/v1/keys',
  /** POST, with the one-time token that `gutinteg claim` printed; body: an AdoptionRequest; answers an Adoption. */
  adoptions: '/v1/adoptions',
  /** POST *; body: a DiskRecord. 204 when it is stored durably: nothing may be written to a disk before that. */
  disks: (machineId: string) => `/v1/machines/${machineId}/disks`,
  /** GET *; answers the data extents of the newest DiskRecord, which tables on the disks may no longer show. */
  recordedData: (machineId: string) => `/v1/machines/${machineId}/disks/data`,
  /** GET; immutable static files of the package store. */
  storeManifest: (digest: string) => `/store/manifests/${digest}`,
  storeSignature: (digest: string) => `/store/manifests/${digest}.sig`,
  storeDelta: (from: string, to: string) => `/store/deltas/${from}-${to}`,
  storePack: (digest: string) => `/store/packs/${digest}`,
} as const;

/** Kernel command-line parameters that the netboot server gives the ramdisk. */
export const kernelParameters = {
  server: 'gutinteg.server',
  mac: 'gutinteg.mac',
  token: 'gutinteg.token',
} as const;
