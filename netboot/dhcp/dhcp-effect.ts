// What is done besides the answer to a DHCP packet, as data: decide-dhcp.ts says it, carry-out-dhcp.ts does it.

/** Addresses are those of the pool. All of it is about whoever sent the packet. */
export type DhcpEffect =
  /** The address is kept for it for half a minute. */
  | { readonly kind: 'reserve'; readonly address: string }
  /** The address is recorded as its own. What cannot be recorded is not promised: no reply then, and no other effect. */
  | { readonly kind: 'bind'; readonly address: string }
  | { readonly kind: 'release'; readonly address: string }
  | { readonly kind: 'decline'; readonly address: string }
  /** The address, which is that of its record, is not offered for some minutes. */
  | { readonly kind: 'rest'; readonly address: string }
  /** It took another server's offer: ours is free again. */
  | { readonly kind: 'drop-offer' }
  /** A MAC address that the site does not know. */
  | { readonly kind: 'seen-unknown' }
  /** The machine of the site has this address from now on. */
  | { readonly kind: 'seen-at'; readonly address: string }
  /** It boots from the network, with a processor of this architecture: a new boot of an armed machine opens a new timeline. */
  | { readonly kind: 'seen-netboot'; readonly stage: 'firmware' | 'ipxe'; readonly architecture: string | undefined }
  /** A line of the machine's timeline; strangers have none. */
  | { readonly kind: 'note'; readonly key: string; readonly text: string }
  /** A line of the log, once for each key. */
  | {
      readonly kind: 'log';
      readonly key: string;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };
