// What the kernel hands over of all frames, as a program for it (classic BPF): ARP, and UDP to the port of DHCP servers.
// Not: what this computer sends, fragments, and frames of a tagged VLAN, which is another network with a card of its own.
const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const LOAD_HALF_BEHIND_HEADER = 0x48;
const LOAD_HEADER_LENGTH = 0xb1;
const AND = 0x54;
const IF_EQUAL = 0x15;
const IF_ANY_BIT = 0x45;
const RETURN = 0x06;

// What is known of a frame beside its bytes. @see SKF_AD_… in <linux/filter.h>
const PACKET_TYPE = 0xfffff000 + 4;
const VLAN_TAG = 0xfffff000 + 44;
const OUTGOING = 4;

const ETHERNET_BYTES = 14;

/** Each jump counts the instructions that it skips; the last two return a frame, whole or not at all. */
export const frameFilter = [
  { code: LOAD_WORD, k: PACKET_TYPE },
  { code: IF_EQUAL, k: OUTGOING, ifTrue: 14 },
  { code: LOAD_WORD, k: VLAN_TAG },
  { code: AND, k: 0xfff },
  { code: IF_EQUAL, k: 0, ifFalse: 11 },
  { code: LOAD_HALF, k: 12 },
  { code: IF_EQUAL, k: 0x0806, ifTrue: 8 },
  { code: IF_EQUAL, k: 0x0800, ifFalse: 8 },
  { code: LOAD_BYTE, k: ETHERNET_BYTES + 9 },
  { code: IF_EQUAL, k: 17, ifFalse: 6 },
  { code: LOAD_HALF, k: ETHERNET_BYTES + 6 },
  { code: IF_ANY_BIT, k: 0x3fff, ifTrue: 4 },
  { code: LOAD_HEADER_LENGTH, k: ETHERNET_BYTES },
  { code: LOAD_HALF_BEHIND_HEADER, k: ETHERNET_BYTES + 2 },
  { code: IF_EQUAL, k: 67, ifFalse: 1 },
  { code: RETURN, k: 65_535 },
  { code: RETURN, k: 0 },
] as const;
