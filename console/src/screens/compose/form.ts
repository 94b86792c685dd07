// A new request as it is entered, task by task: what each still wants, the body that goes to the node, and to which task a field belongs
// that the node names.
import type { ProblemField } from '../../core/types';
import { personBody, personLacks, type PersonEntered } from './personform';

export const tasks = ['whom', 'what', 'persons', 'codes', 'elsewhere', 'ground'] as const;
export type Task = (typeof tasks)[number];

export function taskRead(text: string): Task | null {
  return tasks.find((one) => one === text) ?? null;
}

export type Elsewhere = { channel: string; reference: string };
export type Ground = { ground: string; instrument: string; article: string; review_at: string; reason?: string };
export const declarations = ['necessary_and_proportionate', 'believed_available', 'no_death_penalty'] as const;

export type Entered = {
  agreement: string;
  urgent: string; // yes, no, or not said yet
  urgencyGround: string;
  urgencyReason: string;
  authority: string;
  address: string;
  reference: string;
  asked: string;
  facts: string;
  believed: string;
  purpose: string;
  offences: string[];
  persons: PersonEntered[];
  isNobody: boolean; // said, not only left empty
  language: string;
  handling: string[];
  handlingNote: string;
  classification: string;
  isElsewhere: string;
  elsewhere: Elsewhere[];
  declared: string[];
  /** Which ground the officer took: the proposed one, another, or that the agreement wants none. */
  groundIs: string;
  ground: Ground | null;
  begunMs: number;
};

export const empty: Entered = {
  agreement: '', urgent: '', urgencyGround: '', urgencyReason: '', authority: '', address: '', reference: '', asked: '', facts: '', believed: '',
  purpose: '', offences: [], persons: [], isNobody: false, language: '', handling: [], handlingNote: '', classification: '', isElsewhere: '',
  elsewhere: [], declared: [], groundIs: '', ground: null, begunMs: 0,
};

export const emptyGround: Ground = { ground: '', instrument: '', article: '', review_at: '' };

export function groundLacks(ground: Ground | null): (keyof Ground)[] {
  const one = ground ?? emptyGround;
  const must: (keyof Ground)[] = ['ground', 'instrument', 'article', 'review_at'];
  if (one.ground === 'art37_1b') must.push('reason');
  return must.filter((name) => (one[name] ?? '').trim() === '');
}

/** Fields of a task that are still wanted, by name. */
export function wanted(of: Task, entered: Entered): (keyof Entered)[] {
  const must: Record<Task, (keyof Entered)[]> = {
    whom: ['agreement', 'urgent', ...(entered.urgent === 'yes' ? (['urgencyGround', 'urgencyReason'] as const) : []), 'authority', 'address', 'reference'],
    what: ['asked', 'facts', 'believed', 'purpose', ...(entered.purpose === 'missing_persons' ? [] : (['offences'] as const))],
    persons: ['persons'],
    codes: ['classification', 'handling', ...(entered.handling.includes('H3') ? (['handlingNote'] as const) : []), 'language'],
    elsewhere: ['isElsewhere', ...(entered.isElsewhere === 'yes' ? (['elsewhere'] as const) : []), 'declared'],
    ground: ['groundIs', ...(entered.groundIs === 'other' ? (['ground'] as const) : [])],
  };
  return must[of].filter((name) => {
    if (name === 'persons') return entered.persons.length === 0 ? !entered.isNobody : entered.persons.some((one) => personLacks(one).length > 0);
    if (name === 'declared') return entered.declared.length < declarations.length;
    if (name === 'elsewhere') return entered.elsewhere.length === 0 || entered.elsewhere.some((one) => one.channel === '' || one.reference.trim() === '');
    if (name === 'ground') return groundLacks(entered.ground).length > 0;
    const value = entered[name];
    return typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0;
  });
}

export function isDone(of: Task, entered: Entered): boolean {
  return wanted(of, entered).length === 0;
}

/** What the agreement says can only be asked once the rest is there. */
export function mayBegin(of: Task, entered: Entered): boolean {
  return of !== 'ground' || tasks.every((one) => one === 'ground' || isDone(one, entered));
}

/** Where the officer is led after a task: the next one that is not done, else to the check. */
export function nextTask(after: Task, entered: Entered): Task | 'check' {
  const open = tasks.filter((one) => one !== after && !isDone(one, entered));
  return open.find((one) => tasks.indexOf(one) > tasks.indexOf(after)) ?? open[0] ?? 'check';
}

/** The ground was confirmed for this agreement and authority: another one of either is asked for anew. */
export function changed(entered: Entered, part: Partial<Entered>): Partial<Entered> {
  const isOther = (['agreement', 'authority'] as const).some((name) => part[name] !== undefined && part[name] !== entered[name]);
  return isOther && part.groundIs === undefined ? { ...part, groundIs: '', ground: null } : part;
}

type Sender = { party: string; isTraining: boolean };

export function bodyOf(entered: Entered, sender: Sender): Record<string, unknown> {
  const said = (name: (typeof declarations)[number]): boolean => entered.declared.includes(name);
  return {
    reference: entered.reference.trim(),
    authority: entered.authority.trim(),
    address: entered.address.trim(),
    // The node puts the pseudonym of whoever acts in its place.
    officer: 'officer',
    purpose: entered.purpose,
    offences: entered.offences,
    facts: entered.facts.trim(),
    asked: entered.asked.trim(),
    believed_available_reason: entered.believed.trim(),
    persons: entered.persons.map((one) => personBody(one, { ...sender, entered })),
    urgent: entered.urgent === 'yes',
    ...(entered.urgent === 'yes' ? { urgency_ground: entered.urgencyGround, urgency_reason: entered.urgencyReason.trim() } : {}),
    language: entered.language,
    handling: entered.handling,
    ...(entered.handling.includes('H3') ? { handling_note: entered.handlingNote.trim() } : {}),
    classification: entered.classification,
    ...(entered.isElsewhere === 'yes' ? { foreign_references: entered.elsewhere.map((one) => ({ channel: one.channel, reference: one.reference.trim() })) } : {}),
    necessary_and_proportionate: said('necessary_and_proportionate'),
    believed_available: said('believed_available'),
    no_death_penalty: said('no_death_penalty'),
    ...(entered.groundIs !== '' && entered.groundIs !== 'none' && entered.ground !== null ? { transfer: entered.ground } : {}),
    ...(sender.isTraining ? { training: true } : {}),
  };
}

/** The query of the sending: a draft for a second officer, or at once. */
export function queryOf(entered: Entered, isDraft: boolean): string {
  const query = new URLSearchParams({ agreement: entered.agreement, elsewhere: entered.isElsewhere });
  if (isDraft) query.set('approver', '*');
  return query.toString();
}

const places: Record<string, Task> = {
  agreement: 'whom', urgent: 'whom', urgency_ground: 'whom', urgency_reason: 'whom', authority: 'whom', address: 'whom', reference: 'whom',
  asked: 'what', facts: 'what', believed_available_reason: 'what', purpose: 'what', offences: 'what',
  persons: 'persons',
  language: 'codes', handling: 'codes', handling_note: 'codes', classification: 'codes',
  elsewhere: 'elsewhere', foreign_references: 'elsewhere', necessary_and_proportionate: 'elsewhere', believed_available: 'elsewhere', no_death_penalty: 'elsewhere',
  transfer: 'ground', transfer_ground: 'ground',
};

const path = (field: string): string[] => field.split('/').filter((one) => one !== '');

/** The task in which a field stands that the node named; null: none of this form's. */
export function taskOf(field: string): Task | null {
  const names = path(field);
  // A person without a ground lacks it for the whole request.
  if (names[0] === 'persons' && names.at(-1) === 'transfer') return 'ground';
  return places[names[0] ?? ''] ?? null;
}

/** What the node said of a field, or of something in it. */
export function saidOf(errors: readonly ProblemField[], ...at: string[]): string | undefined {
  return errors.find((one) => at.every((name, depth) => path(one.field)[depth] === name) && taskOf(one.field) !== null)?.text;
}

/** A first reference of our own: the case, and when it was begun. */
export function referenceOf(caseNumber: string, nowMs: number): string {
  return `${caseNumber.slice(0, 40)}/${new Date(nowMs).toISOString().slice(2, 16).replace(/[-:T]/g, '')}`;
}
