import type { Device } from '../network.ts';
import type { VariableReader } from '../variable-reader.ts';

/** What an interface stands on. */
export type Base = {
  readonly device: Device;
  /** Names of what it is made of, exclusively. */
  readonly members: readonly string[];
  /**
   * Whether it lies on another interface, and on which; without a name, on the machine's own. Of those on one interface
   * each has a tag of its own.
   */
  readonly link?: { readonly name: string | undefined; readonly tag: string };
};

/** What a kind of interface answers; one small file each beside this one. */
export type InterfaceKind = {
  readonly name: Device['kind'];
  /** The variable that makes an interface this kind: `NIC_bond0_BOND`. */
  readonly variable: string;
  /** Variables that only this kind has. */
  readonly parts: readonly string[];
  /** Undefined, with a fault, when nothing can be made of it. */
  readonly read: (reader: VariableReader) => Base | undefined;
  /** It asks DHCP when it has no IPv4 address and nothing is said. */
  readonly asksDhcp: boolean;
  /** Kinds that the kernel does not take as members. */
  readonly refuses: readonly Device['kind'][];
  /** Its members get its MTU, and cannot have another. */
  readonly givesMtu: boolean;
  /** The MTU that it has by itself, over interfaces with these. */
  readonly defaultMtu: (below: readonly number[]) => number;
  /** What is wrong with an MTU over interfaces with these. */
  readonly judgeMtu: (mtu: number, below: readonly number[]) => MtuProblem | undefined;
};

type MtuProblem = { readonly severity?: 'warning'; readonly message: string };

/** Of Ethernet, as every card has it without being told. */
export const ETHERNET_MTU = 1500;
