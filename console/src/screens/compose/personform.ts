// A person of a new request as it is entered, or taken from the case: what is wanted, and the record that goes to the node. What a record
// of the case has beside the fields of this form goes along as it is, and is shown: a restriction is not lost on the way.
import { dateIn } from '../decide/give';
import { bag, bags, type Bag } from '../request/read';
import type { Entered } from './form';

export type NameEntered = { family: string; given: string; father: string; maiden: string; alias: string; script: string };
export type DocumentEntered = { kind: string; number: string; country: string };

export type PersonEntered = {
  id: string;
  category: string;
  isMinor: boolean;
  names: NameEntered[];
  birthDate: string;
  birthCountry: string;
  nationalities: string; // codes, with spaces between
  documents: DocumentEntered[];
  link: string;
  nature: string;
  sourceSystem: string;
  sourceEval: string;
  infoEval: string;
  handling: string[];
  handlingNote: string;
  classification: string;
  asOf: string;
  reviewAt: string;
  eraseAt: string;
  fromCase: number; // its number there; 0: entered here
  carried: Bag;
  carriedMarking: Bag;
};

export const emptyName: NameEntered = { family: '', given: '', father: '', maiden: '', alias: '', script: '' };
export const emptyDocument: DocumentEntered = { kind: '', number: '', country: '' };

/** What is proposed of the times is what a request without result is kept for; the node refuses more than the agreement has. */
export function emptyPerson(id: string, nowMs: number): PersonEntered {
  return {
    id, category: '', isMinor: false, names: [emptyName], birthDate: '', birthCountry: '', nationalities: '', documents: [], link: '', nature: '',
    sourceSystem: '', sourceEval: '', infoEval: '', handling: [], handlingNote: '', classification: '', asOf: dateIn(0, nowMs),
    reviewAt: dateIn(90, nowMs), eraseAt: dateIn(180, nowMs), fromCase: 0, carried: {}, carriedMarking: {},
  };
}

const isNameEmpty = (one: NameEntered): boolean => [one.family, one.given, one.father, one.maiden, one.alias].every((part) => part.trim() === '');

export function personLacks(one: PersonEntered): (keyof PersonEntered)[] {
  const must: (keyof PersonEntered)[] = ['category', 'link', 'nature', 'sourceSystem', 'sourceEval', 'infoEval', 'handling', 'classification', 'asOf', 'reviewAt', 'eraseAt'];
  if (one.handling.includes('H3')) must.push('handlingNote');
  const lacking = must.filter((name) => {
    const value = one[name];
    return typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0;
  });
  // Somebody unidentified may have no name; a name that is begun says its script.
  if (one.names.some((name) => !isNameEmpty(name) && name.script === '') || (one.category !== 'unidentified' && one.names.every(isNameEmpty))) lacking.push('names');
  if (one.documents.some((document) => document.kind === '' || document.number.trim() === '')) lacking.push('documents');
  return lacking;
}

export function codesOf(text: string): string[] {
  return [...new Set(text.toUpperCase().split(/[^A-Z]+/).filter((one) => one !== ''))];
}

const FIELDS = ['marking', 'category', 'minor', 'names', 'birth_date', 'birth_country', 'nationalities', 'documents', 'link_to_purpose'];
/** A ground is of one transfer, an id of one thing: neither is taken over. */
const MARKING = [
  'id', 'type', 'schema_version', 'source_system', 'source_eval', 'info_eval', 'nature', 'handling', 'handling_note', 'classification', 'as_of',
  'review_at', 'erase_at', 'transfer', 'supersedes',
];

const without = (from: Bag, names: readonly string[]): Bag => Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
const raw = (from: Bag, name: string): string => (typeof from[name] === 'string' || typeof from[name] === 'number' ? String(from[name]) : '');
const rawList = (from: Bag, name: string): string[] => (Array.isArray(from[name]) ? (from[name] as unknown[]).filter((one): one is string => typeof one === 'string') : []);

/** A person of the case, as the node keeps it. */
export function personTaken(record: Bag, number: number, id: string): PersonEntered {
  const marking = bag(record['marking']) ?? {};
  const names = bags(record, 'names').map((one) => ({
    family: raw(one, 'family'), given: raw(one, 'given'), father: raw(one, 'father'), maiden: raw(one, 'maiden'), alias: raw(one, 'alias'), script: raw(one, 'script'),
  }));
  return {
    id,
    category: raw(record, 'category'),
    isMinor: record['minor'] === true,
    names: names.length > 0 ? names : [emptyName],
    birthDate: raw(record, 'birth_date'),
    birthCountry: raw(record, 'birth_country'),
    nationalities: rawList(record, 'nationalities').join(' '),
    documents: bags(record, 'documents').map((one) => ({ kind: raw(one, 'kind'), number: raw(one, 'number'), country: raw(one, 'country') })),
    link: raw(record, 'link_to_purpose'),
    nature: raw(marking, 'nature'),
    sourceSystem: raw(marking, 'source_system'),
    sourceEval: raw(marking, 'source_eval'),
    infoEval: raw(marking, 'info_eval'),
    handling: rawList(marking, 'handling'),
    handlingNote: raw(marking, 'handling_note'),
    classification: raw(marking, 'classification'),
    asOf: raw(marking, 'as_of').slice(0, 10),
    reviewAt: raw(marking, 'review_at').slice(0, 10),
    eraseAt: raw(marking, 'erase_at').slice(0, 10),
    fromCase: number,
    carried: without(record, FIELDS),
    carriedMarking: without(marking, MARKING),
  };
}

/** How a person is named in a list of this form. */
export function personTitle(one: PersonEntered): string {
  const name = one.names.find((each) => !isNameEmpty(each));
  return name === undefined ? '' : [name.given, name.family, name.alias].filter((part) => part.trim() !== '').join(' ');
}

const time = (date: string): string => `${date}T00:00:00.000Z`;
const filled = (from: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(from).map(([name, value]) => [name, value.trim()] as const).filter(([, value]) => value !== ''));

type Within = { party: string; entered: Pick<Entered, 'reference' | 'purpose' | 'offences' | 'begunMs'> };

export function personBody(one: PersonEntered, { party, entered }: Within): Record<string, unknown> {
  const names = one.names.filter((each) => !isNameEmpty(each)).map((each) => filled(each));
  const nationalities = codesOf(one.nationalities);
  return {
    marking: {
      id: one.id,
      type: 'person',
      schema_version: 1,
      origin_party: party,
      origin_ref: entered.reference.trim(),
      purpose: entered.purpose,
      offences: entered.offences,
      recorded_at: new Date(entered.begunMs).toISOString(),
      recorded_by: 'officer',
      ...one.carriedMarking,
      source_system: one.sourceSystem,
      source_eval: one.sourceEval,
      info_eval: Number(one.infoEval),
      nature: one.nature,
      handling: one.handling,
      ...(one.handling.includes('H3') ? { handling_note: one.handlingNote.trim() } : {}),
      classification: one.classification,
      as_of: time(one.asOf),
      review_at: time(one.reviewAt),
      erase_at: time(one.eraseAt),
    },
    category: one.category,
    ...(one.isMinor ? { minor: true } : {}),
    ...(names.length > 0 ? { names } : {}),
    ...filled({ birth_date: one.birthDate, birth_country: one.birthCountry.toUpperCase() }),
    ...(nationalities.length > 0 ? { nationalities } : {}),
    ...(one.documents.length > 0 ? { documents: one.documents.map((each) => filled({ ...each, country: each.country.toUpperCase() })) } : {}),
    ...one.carried,
    link_to_purpose: one.link.trim(),
  };
}
