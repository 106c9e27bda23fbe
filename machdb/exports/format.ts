// Exports: the machine database in the formats of other programs.
// In: a database and settings. Out: text that the program accepts as it is, or every fault together.
// Never: mangles or leaves out what a format cannot express; depends on the format outside the format's own file.
import type { Fault } from '../../lib/errors.ts';
import type { Problem } from '../faults.ts';
import type { Machdb } from '../types.ts';

/** What the user may ask of an export; a format says which of these it heeds. */
export type ExportSettings = {
  /** Name of a DNS zone: `lab.example`, `0.77.10.in-addr.arpa`. */
  readonly zone?: string;
  /** The addresses of a reverse zone: `10.77.0.0/24`, `2001:db8:1::/48`. */
  readonly network?: string;
  /** An object that masters inherit from, or a variable that they set. */
  readonly masters?: string;
  /** The variable that names the master which a machine boots from. */
  readonly bootmaster?: string;
  /** SSH host keys of machines by their names, `TYPE KEY` each, as the server knows them. */
  readonly hostKeys?: ReadonlyMap<string, readonly string[]>;
};

/** A machine whose record has been resolved. */
export type ExportMachine = { readonly name: string; readonly values: ReadonlyMap<string, string> };

/** What a format is rendered from. */
export type ExportInput = {
  readonly db: Machdb;
  readonly settings: ExportSettings;
  /** Goes into documents that carry a serial number. */
  readonly serial: number;
  /**
   * Resolves one machine after the other, in the order in which they were written; nothing keeps them. Machines that
   * do not resolve are left out here: they are faults, and then no text is printed.
   */
  readonly machines: () => Iterable<ExportMachine>;
  /**
   * A fault of an object, shown at the line that last set the variable or, with a word of its value, that last gave this
   * word; at its header when none did.
   */
  readonly faultOf: (object: string, variable: string, problem: Problem, word?: string) => Fault;
};

/** The serial number in a document that has one. */
export type SerialFormat = {
  /** Undefined when the text, however it was written, has none. */
  readonly read: (text: string) => number | undefined;
  /** `text` is the beginning of what `render` gave. */
  readonly replace: (text: string, serial: number) => string;
};

/** One document of a format that has several, such as a zone of many. */
export type ExportDocument = { readonly fileName: string; readonly settings: ExportSettings };

/** One form of export; each is a file of this folder. */
export type ExportFormat = {
  readonly heeds: readonly (keyof ExportSettings)[];
  /**
   * The text in pieces, as they become known, and every fault between them; text beside faults is worthless.
   * Warnings are printed beside the text. A pure function of its input.
   * @throws UserError when the settings name nothing that can be exported.
   */
  readonly render: (input: ExportInput) => Iterable<string | Fault>;
  readonly serial?: SerialFormat;
  readonly listDocuments?: (db: Machdb) => ExportDocument[];
};
