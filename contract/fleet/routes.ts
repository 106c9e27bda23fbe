// The paths of the fleet's server. In: nothing. Out: names.

/** What hosts ask. */
export const hostRoutes = {
  enrol: '/fleet/v1/enrol',
  checkIn: '/fleet/v1/check-in',
  documents: '/fleet/v1/documents',
  /** A host asks for a certificate of its own key. */
  certificate: '/fleet/v1/certificate',
  /** A host fetches a part of a package file. */
  packageFile: '/fleet/v1/package-file',
  /** Of relays only: which hosts are to be woken. */
  relay: '/fleet/v1/relay',
} as const;

/** What people and programs ask; docs/fleet-api.md and /fleet/openapi.json describe it. */
export const API_PREFIX = '/fleet/api/v1';
/** The API as OpenAPI 3.1. */
export const OPENAPI_PATH = '/fleet/openapi.json';

/** XML-RPC with the names of Network Wide Updates; docs/fleet-xml-rpc.md has its methods. */
export const XML_RPC_PATH = '/RPC2';

/** The port of `gutinteg fleet serve`. */
export const FLEET_PORT = 8443;

/** The most bytes of one request of a host, as sent and as unpacked. */
export const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
export const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
