// What must not be mounted where, so that a system starts. A family says which of these it follows.

/** Paths with the reason, which continues "cannot be mounted on /etc: …". */
type Reasons = Readonly<Record<string, string>>;

export type MountRules = {
  /** Refused there and below. */
  readonly onRoot: Reasons;
  /** Refused there, and fine below. */
  readonly exactly: Reasons;
  /** Mounted by the system itself; nothing on a disk goes there or below, in memory only below. */
  readonly systemsOwn: readonly string[];
  /** Must last: a file system in memory is refused there, above and below. */
  readonly lasting: readonly string[];
};

const STARTS = 'the system starts with what lies there, before it mounts anything';

/** Every one of the paths with the same reason. */
function because(reason: string, paths: string): Reasons {
  return Object.fromEntries(paths.split(' ').map((path) => [path, reason]));
}

/** Debian: /etc, with fstab itself, is on the root; the initramfs mounts the root and /usr, nothing else. */
export const linuxMounts: MountRules = {
  onRoot: {
    '/etc': 'the system starts with what lies there, fstab itself included',
    ...because('it is a link into /usr', '/bin /sbin /lib /lib32 /lib64 /libx32'),
    ...because('it is a link into /run', '/var/run /var/lock'),
  },
  exactly: {
    ...because(STARTS, '/usr/bin /usr/sbin /usr/lib /usr/lib32 /usr/lib64 /usr/libx32 /usr/lib/systemd'),
    '/boot/grub': 'GRUB looks for it on the file system of /boot',
    '/lost+found': 'fsck puts there what it finds, on the same file system',
  },
  systemsOwn: ['/dev', '/proc', '/sys', '/run'],
  lasting: ['/usr', '/boot', '/var/lib/dpkg', '/var/lib/gutinteg'],
};

/** Solaris: the scripts that mount /usr and /var run from the root. */
export const solarisMounts: MountRules = {
  onRoot: {
    ...because(STARTS, '/etc /sbin /kernel /platform /devices'),
    ...because('it is a link into /usr', '/bin /lib'),
  },
  exactly: {},
  systemsOwn: ['/dev', '/proc', '/system'],
  lasting: ['/usr', '/boot', '/var'],
};

/** SunOS 4 and the BSDs: what starts them and mounts the others is on the root. */
export const bsdMounts: MountRules = {
  onRoot: because(STARTS, '/etc /bin /sbin /lib /libexec /rescue'),
  exactly: {},
  systemsOwn: ['/dev'],
  lasting: ['/usr', '/boot'],
};

/** DOS mounts nothing. */
export const noMounts: MountRules = { onRoot: {}, exactly: {}, systemsOwn: [], lasting: [] };
