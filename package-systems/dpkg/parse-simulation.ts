// What `apt-get --simulate` prints for programs: the changes that it would make. Pure. What it leaves as it is stands in
// sentences, and other versions of apt have other ones.

export type AptChange = {
  readonly name: string;
  readonly arch: string;
  /** The version that is installed; undefined of a package that is new. */
  readonly before: string | undefined;
  readonly version: string;
  /** `Debian:12.5/stable, Debian-Security:12/stable-security` */
  readonly origin: string;
};

export type AptSimulation = {
  readonly installs: readonly AptChange[];
  readonly removes: readonly { readonly name: string; readonly arch: string; readonly version: string }[];
};

/** `Inst bash [5.2-1] (5.2-2 Debian:12.5/stable [amd64])`, and what is broken meanwhile in brackets behind it. */
const INSTALL = /^Inst ([^\s:]+)\S* (?:\[(\S+)\] )?\((\S+) (?:(.*?) )?\[([^\s\]]+)\]\)/;
/** `Remv bash [5.2-1]`; `Purg` when its configuration goes, too. */
const REMOVE = /^(?:Remv|Purg) ([^\s:]+)(?::(\S+))? \[(\S+)\]/;

/** Lines that are none of these are for people. */
export function parseSimulation(stdout: string): AptSimulation {
  const lines = stdout.split('\n');
  return {
    installs: lines.flatMap((line) => {
      const [found, name = '', before, version = '', origin = '', arch = ''] = INSTALL.exec(line) ?? [];
      return found === undefined ? [] : [{ name, arch, before, version, origin }];
    }),
    removes: lines.flatMap((line) => {
      const [found, name = '', arch = '', version = ''] = REMOVE.exec(line) ?? [];
      return found === undefined ? [] : [{ name, arch, version }];
    }),
  };
}
