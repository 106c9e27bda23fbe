// The systemd unit of the server. In: paths and a user. Out: its text. Never: I/O.
// Checked by systemd-analyze and by a start under systemd (test/integration/service-unit.test.ts).
import { KEPT_CAPABILITIES } from '../rights.ts';
import { bindLines, protectHome } from './hidden-paths.ts';

export type ServiceSettings = {
  /** Absolute paths of plain characters. */
  readonly siteDir: string;
  readonly stateDir: string;
  /** Directory of this program, which holds bin/ and node_modules/. */
  readonly programDir: string;
  readonly user: string;
};

/** How long a server may take to read its database and open its ports. */
const START_SECONDS = 120;

export function renderServerUnit(settings: ServiceSettings): string {
  const { siteDir, stateDir, programDir, user } = settings;
  const capabilities = KEPT_CAPABILITIES.map((name) => `CAP_${name.toUpperCase()}`).join(' ');
  const gutinteg = `${programDir}/bin/gutinteg`;
  return `[Unit]
Description=DHCP, TFTP and HTTP for machines that boot and install from the network (gutinteg)
Documentation=file:${programDir}/docs/service.md
Wants=network-online.target
After=network-online.target
# An address that comes late is waited for: it starts again every five seconds, for ever.
StartLimitIntervalSec=0

[Service]
Type=exec
ExecStart=${gutinteg} serve --site ${siteDir} --state ${stateDir}
# Started means: it answers.
ExecStartPost=${gutinteg} health --state ${stateDir} --wait ${START_SECONDS} --process $MAINPID
TimeoutStartSec=${START_SECONDS + 30}
Restart=on-failure
RestartSec=5

User=${user}
Group=${user}
UMask=0077
CapabilityBoundingSet=${capabilities}
AmbientCapabilities=${capabilities}
NoNewPrivileges=yes

# It reads the site and its own program, and writes its state; what root's commands work in is closed.
ProtectSystem=strict
ReadWritePaths=${stateDir}
InaccessiblePaths=-${stateDir}/images -${stateDir}/cache -${stateDir}/rehearsals
${protectHome(settings)}
${bindLines(settings)}PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateIPC=yes
PrivateMounts=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
KeyringMode=private
RemoveIPC=yes

# AF_NETLINK lists the network cards; AF_INET6 and AF_PACKET are for routerAdvertisements of site.yaml.
# MemoryDenyWriteExecute cannot be set: V8 writes machine code and runs it.
RestrictAddressFamilies=AF_INET AF_UNIX AF_NETLINK AF_INET6 AF_PACKET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

MemoryMax=2G
TasksMax=128
LimitCORE=0

[Install]
WantedBy=multi-user.target
`;
}
