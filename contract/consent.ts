/** How --init-data names a data partition: `h`, or with the logical disk where several have that letter, `disk1h`. */
export const INIT_DATA = /^([A-Za-z][A-Za-z0-9_]{0,29})?[a-z]$/;

/** How --known-empty names a disk: by its serial number, as `gutinteg facts` prints it. */
export const DISK_SERIAL = /^[^\p{Cc}]{1,200}$/u;
