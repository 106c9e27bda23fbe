// Which boot a packet belongs to. In: stages of netboots. Out: whether a new boot began, and what it was given. In
// memory only: after a restart of the server the next packet begins a new boot, which costs at most one attempt.

type Boot = {
  stage: 'firmware' | 'ipxe' | 'script';
  lastAtMs: number;
  given: { readonly token: string; readonly atMs: number } | undefined;
};

/** A script asked for again within this time by the same boot is the same script: firmware and proxies repeat. */
const SAME_SCRIPT_MS = 10_000;
/** Firmware repeats its DISCOVER for about a minute; after this silence the machine must have been restarted. */
const SILENCE_MS = 120_000;

export function createBoots(now: () => number) {
  const boots = new Map<string, Boot>();
  const order = { firmware: 0, ipxe: 1, script: 2 } as const;

  return {
    /** True when this DISCOVER begins a new boot: a boot never goes back to a former stage. */
    seen(machineId: string, stage: 'firmware' | 'ipxe'): boolean {
      const boot = boots.get(machineId);
      const continues = boot !== undefined && order[boot.stage] <= order[stage] && now() - boot.lastAtMs < SILENCE_MS;
      boots.set(machineId, { stage, lastAtMs: now(), given: undefined });
      return !continues;
    },

    /** The boot that is under way and has not been given a script yet. */
    current(machineId: string): string | undefined {
      const boot = boots.get(machineId);
      return boot === undefined || boot.stage === 'script' ? undefined : boot.stage;
    },

    scriptGiven(machineId: string, token: string): void {
      boots.set(machineId, { stage: 'script', lastAtMs: now(), given: { token, atMs: now() } });
    },

    /** The token (empty for a local-disk script) that the same boot was given within the last ten seconds. */
    given(machineId: string): string | undefined {
      const given = boots.get(machineId)?.given;
      return given !== undefined && now() - given.atMs < SAME_SCRIPT_MS ? given.token : undefined;
    },

    /** The installer runs: whoever asks for a script now is another boot. */
    tokenUsed(machineId: string): void {
      const boot = boots.get(machineId);
      if (boot !== undefined) boot.given = undefined;
    },

    forget(machineId: string): void {
      boots.delete(machineId);
    },
  };
}
