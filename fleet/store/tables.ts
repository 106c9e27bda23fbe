// The tables of the fleet's store, as types. In: nothing. Out: what each row has; the migrations make the same.
// Times are milliseconds since 1970. Texts that end in `Json` are checked by a zod schema when they are read.
// Over 300 lines, as the comments of all tables are read beside one another; it has nothing else.
import type { Generated } from 'kysely';
import type { HostKind, HostState } from '../../contract/fleet/enrolment.ts';
import type { ListKind } from '../../contract/fleet/inventory.ts';
import type { JobHostState, JobState } from '../../contract/fleet/jobs/job.ts';
import type { TaskKind } from '../../contract/fleet/tasks.ts';

/** Settings that are the store's own, such as the key of the exchange tokens. */
type MetaTable = { key: string; value: string };

type HostsTable = {
  id: string;
  /** Unique among hosts that are enrolled or quarantined. */
  name: string;
  kind: HostKind;
  state: HostState;
  /** Why it is in this state, in words; empty when there is nothing to say. */
  reason: string;
  publicKey: string;
  /** `machdb`, `adopted`, `token`: how it came here. */
  origin: string;
  /** gutinteg's own id of a machine of machdb. */
  machineId: string | null;
  /** Where it stands; empty when nobody said so. */
  site: string;
  /** The id of the last relay that a check-in came through; empty when none ever did. */
  relay: string;
  createdAt: number;
  lastSeenAt: number | null;
  /** When its next check-in is due. */
  nextDueAt: number | null;
  /** Of `Exchanges`. */
  tokenIssued: number;
  tokenEpoch: number;
  isReleased: number;
  recentExchangesJson: string;
  /** Digests that the last check-in named; those of the documents that are stored are below. */
  announcedInstalled: string;
  announcedCandidates: string;
  announcedFacts: string;
  /** Of the facts; empty until they have come. */
  packageSystem: '' | 'dpkg' | 'rpm';
  installedSet: number | null;
  /** Of `installedSet`; empty when there is none. */
  installedDigest: string;
  candidatesSet: number | null;
  candidatesDigest: string;
  /** 1 while some of `summaries` are asked of this host. */
  summariesAsked: number;
  factsJson: string | null;
  factsDigest: string;
  bootId: string;
  /** The host's clock less the server's, in seconds. */
  clockOffset: number;
  /** The number of the last message that is stored, and of the last task that the host has put down. */
  messagesReceived: number;
  tasksPutDown: number;
  tasksIssued: number;
  /** How many of its tasks have not ended. */
  tasksOpen: number;
  /** The serial of the last order that was made for it. */
  orderSerial: Generated<number>;
};

/** Hosts that the relay of their site is to wake; each once. */
type RelayWakeUpsTable = { id: Generated<number>; relay: string; host: string; createdAt: number };

/** One package in one version: what sets are made of. `kind` is a `ListKind`, `system` dpkg or rpm. */
type ItemsTable = {
  id: Generated<number>;
  kind: ListKind;
  system: string;
  name: string;
  arch: string;
  version: string;
  flags: string;
  origin: string;
};

/**
 * A list that at least one host has or had. Ids of items, rising, as differences in LEB128 (fleet/inventories/).
 * A set with a base is the base less `removed` and with `added`; a base has none itself.
 */
type SetsTable = {
  id: Generated<number>;
  kind: ListKind;
  system: string;
  digest: string;
  base: number | null;
  added: Uint8Array;
  removed: Uint8Array;
  count: number;
  createdAt: number;
  /** Since when no host and no other set has needed it, as far as somebody has looked. */
  unusedSince: number | null;
};

/** Numbers by which the base that is most like a list is found (fleet/inventories/sketch.ts). */
type SketchesTable = { id: Generated<number>; base: number; number: number };

/** What a package is, in a line. Until the host that it was asked of has answered, it is null. */
type SummariesTable = {
  id: Generated<number>;
  system: string;
  name: string;
  summary: string | null;
  askedOf: string;
  askedAt: number;
};

type TasksTable = {
  id: Generated<number>;
  host: string;
  seq: number;
  kind: TaskKind;
  taskJson: string;
  /** `waiting`, `held` (the host has put it down), `done`, `failed`. */
  state: string;
  createdAt: number;
  createdBy: string;
  endedAt: number | null;
  /** The host's message. */
  answerJson: string | null;
};

/** What has happened to a host, for people. */
type HostEventsTable = { id: Generated<number>; host: string; at: number; text: string };

type AdmissionsTable = {
  id: Generated<number>;
  /** SHA-256 of the token, in hexadecimal. */
  tokenDigest: string;
  /** `once` lets one host in; `site` any number of hosts, each of which waits for a yes unless `approves`. */
  kind: string;
  site: string;
  approves: number;
  createdBy: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
  uses: number;
};

type AccountsTable = {
  name: string;
  role: string;
  /** Parameters, salt and hash of scrypt; empty for an account that only has API tokens. */
  passwordHash: string;
  isDisabled: number;
  createdAt: number;
  failedLogins: number;
  lockedUntil: number | null;
};

/** Sessions of people and tokens of programs. */
type CredentialsTable = {
  id: Generated<number>;
  account: string;
  /** `session` or `token`. */
  kind: string;
  label: string;
  secretDigest: string;
  /** A token may have less than its account's role. */
  role: string;
  /** The name of the one operation that a token is good for; empty for all that the role allows. */
  only: string;
  createdAt: number;
  expiresAt: number;
  lastUsedAt: number | null;
};

/** Who did what; each entry has the hash of the one before. */
type AuditTable = {
  seq: number;
  at: number;
  actor: string;
  action: string;
  subject: string;
  detailsJson: string;
  previousHash: string;
  hash: string;
};

/** Selectors that were saved by name. */
type ClassesTable = { name: string; selector: string; createdBy: string; createdAt: number };

type JobsTable = {
  id: Generated<number>;
  state: JobState;
  /** Why, or what it waits for, in words. */
  reason: string;
  specJson: string;
  createdBy: string;
  createdAt: number;
  /** Empty until somebody has. */
  approvedBy: string;
  approvedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  /** Hosts that have not begun by then are left out. */
  expiresAt: number;
  /** After so many failed or lost it halts, and so many leases are open at most. */
  budget: number;
  total: number;
  /** The ring that is open. */
  ring: number;
  /** Raised by one statement that also looks at the budget, so that two servers never give more together. */
  openLeases: number;
  /** Failed or lost when a person last let it go on: they count no more. */
  pardoned: number;
  undoes: number | null;
  /** The name of the schedule that made it. */
  schedule: string | null;
  /** Of a job with a window: its opening that is not over, as far as somebody has looked. Null when it never opens again. */
  windowFrom: number | null;
  /** From then on hosts have their orders, so that they download before it opens. */
  ordersFrom: number | null;
  windowTo: number | null;
  /** Null for a job without a window. */
  windowZone: string | null;
};

/** When hosts may be changed. Times are a cron expression of five fields, in a zone of IANA. */
type WindowsTable = {
  name: string;
  cron: string;
  zone: string;
  durationSeconds: number;
  savedBy: string;
  savedAt: number;
};

/** Jobs that are made again and again. */
type SchedulesTable = {
  name: string;
  cron: string;
  zone: string;
  specJson: string;
  /** 1: its jobs need no other yes than that of `savedBy`. */
  approves: number;
  despiteRefusals: number;
  savedBy: string;
  savedAt: number;
  /** Empty while it is not paused. */
  pausedBy: string;
  /** Null when none comes any more. Whoever makes its job moves it on, in one transaction. */
  nextAt: number | null;
  lastAt: number | null;
  lastJob: number | null;
  /** What is to be said of its last time, such as why no job was made. */
  lastText: string;
};

/** Ring 0 are the test hosts. */
type JobRingsTable = {
  job: number;
  ring: number;
  total: number;
  openedAt: number | null;
  lastEndedAt: number | null;
};

/** How many hosts of a ring are in a state: changed together with the state, so nobody counts 110,000 rows. */
type JobCountsTable = { job: number; ring: number; state: JobHostState; hosts: number };

/** What hosts with the same two lists would change: one of them simulates for all. */
type JobPlansTable = {
  id: Generated<number>;
  job: number;
  system: string;
  installedDigest: string;
  candidatesDigest: string;
  hosts: number;
  /** `waiting`, `asked`, `planned`, `refused`, `failed`. */
  state: string;
  askedOf: string;
  askedAt: number | null;
  /** The row of `tasks` that asks. */
  task: number | null;
  changesJson: string;
  /** Packages that stay, and why. */
  staysJson: string;
  text: string;
  /** Of `jobVariants`. */
  variant: Generated<string>;
};

/** What some hosts of a job do in place of its action: an undo takes back what each has done. */
type JobVariantsTable = { job: number; variant: string; actionJson: string };

type JobHostsTable = {
  job: number;
  host: string;
  ring: number;
  state: JobHostState;
  reason: string;
  since: number;
  /** When it counts as lost; null while no lease is open. */
  leaseUntil: number | null;
  /** The row of `tasks` that carries its order. */
  task: number | null;
  /** The row of `jobPlans` that its order was made from; null where nothing can be foreseen. */
  plan: number | null;
  /** The row of `tasks` that has it look again, as its list was not what it should be after its order. */
  lookTask: number | null;
  /** Of the list that was installed before: what an undo goes back to. */
  beforeDigest: string;
  /** What has changed, by the host's report: what an undo takes back. Null: what `plan` says, or nothing. */
  changesJson: string | null;
  /** The host's report, without the changes. */
  resultJson: string | null;
  /** Of `jobVariants`; empty: it does what the job says. */
  variant: Generated<string>;
};

export type Tables = {
  meta: MetaTable;
  hosts: HostsTable;
  items: ItemsTable;
  sets: SetsTable;
  sketches: SketchesTable;
  summaries: SummariesTable;
  tasks: TasksTable;
  hostEvents: HostEventsTable;
  relayWakeUps: RelayWakeUpsTable;
  admissions: AdmissionsTable;
  accounts: AccountsTable;
  credentials: CredentialsTable;
  audit: AuditTable;
  classes: ClassesTable;
  jobs: JobsTable;
  jobRings: JobRingsTable;
  jobCounts: JobCountsTable;
  jobPlans: JobPlansTable;
  jobHosts: JobHostsTable;
  jobVariants: JobVariantsTable;
  windows: WindowsTable;
  schedules: SchedulesTable;
};
