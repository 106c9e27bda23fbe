/** Addresses and MAC addresses of the floods' network, which test/integration/netboot-lab.ts makes. */
export const SERVER = '10.77.0.1';
/** The client's own address, also as a relay. */
export const RELAY = '10.77.0.2';
/** The client's address while it is a machine of the site. */
export const KNOWN_ADDRESS = '10.77.0.9';
export const KNOWN_MAC = 0x5254_0012_3456;
/** The first MAC address of those that no record has. */
export const STRANGERS = 0x0e00_0000_0000;
export const HTTP_PORT = 8080;
