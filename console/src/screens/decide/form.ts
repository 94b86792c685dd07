// What an officer enters to answer a request, and what of it goes to the node: each act has the fields that the API wants of it.
import type { Doing } from '../../core/act';
import { emptyGiving, givingBody, givingLacks, type Giving } from './give';

export const decisions = ['give', 'nothing', 'refuse', 'clarify', 'access', 'delay', 'doubt', 'assign', 'reply', 'urgency'] as const;
export type Decision = (typeof decisions)[number];

export function decisionRead(text: string): Decision | null {
  return decisions.find((one) => one === text) ?? null;
}

export type Entered = Giving & {
  reference: string;
  language: string;
  handling: string;
  grounds: string[];
  trueGrounds: string[];
  text: string;
  access: string;
  heldBy: string;
  source: string;
  doubt: string;
  stage: string; // of a judicial authorisation
  delayReason: string;
  authority: string;
  expected: string; // a date
  urgency: string;
  unit: string;
  second: string;
  /** One for each thing that is given, drawn when it was added. */
  ids: string[];
  /** When the answer was begun: what is tried again is the same to the byte. */
  begunMs: number;
};

export const empty: Entered = {
  ...emptyGiving,
  ids: [],
  begunMs: 0,
  reference: '', language: 'en', handling: '', grounds: [], trueGrounds: [], text: '', access: '', heldBy: '', source: '', doubt: '', stage: '', delayReason: '',
  authority: '', expected: '', urgency: '',
  unit: '', second: 'ask',
};

export type Request = {
  item: string;
  reference: string;
  isUrgent: boolean;
  isTraining: boolean;
  party: string; // ours
  purpose: string;
  offences: string[];
};

const isHidden = (entered: Entered): boolean => entered.grounds.includes('under_agreement');

/** Fields that are still wanted, by name. */
export function wanted(of: Decision, entered: Entered): (keyof Entered)[] {
  const must: Record<Decision, (keyof Entered)[]> = {
    give: ['reference', 'handling', ...givingLacks(entered)],
    nothing: ['reference', 'handling'],
    refuse: isHidden(entered) ? ['grounds', 'trueGrounds'] : ['grounds', 'text'],
    clarify: ['text'],
    access: entered.access === 'indirectly' ? ['access', 'heldBy', 'source'] : ['access'],
    delay: entered.delayReason === 'other' ? ['stage', 'delayReason', 'text', 'authority', 'expected'] : ['stage', 'delayReason', 'authority', 'expected'],
    doubt: ['doubt'],
    reply: ['text'],
    urgency: ['urgency'],
    assign: ['unit'],
  };
  return must[of].filter((name) => {
    const value = entered[name];
    if (of === 'give' && name !== 'reference' && name !== 'handling') return true; // judged there
    return typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0;
  });
}

/** Whether a second officer can be asked: an assignment leaves no more than a code with the partner. */
export function mayWait(of: Decision): boolean {
  return of !== 'assign';
}

const paths: Record<Decision, string> = {
  give: 'answer', nothing: 'answer', refuse: 'refusal', clarify: 'clarification', access: 'access', delay: 'delay', doubt: 'urgency-doubt',
  reply: 'clarification-reply', urgency: 'urgency-reply', assign: 'assignment',
};

function bodyOf(of: Decision, entered: Entered, request: Request): Record<string, unknown> {
  const text = entered.text.trim();
  if (of === 'give' || of === 'nothing') {
    const reference = entered.reference.trim();
    return {
      reference,
      request_reference: request.reference,
      ...(of === 'nothing' ? { outcome: 'nothing_held' } : givingBody(entered, request, reference, entered.ids, entered.begunMs)),
      // The node puts the pseudonyms of those who act in their place.
      officer: 'officer',
      approved_by: 'officer',
      language: entered.language,
      handling: [entered.handling],
      classification: 'unclassified',
      ...(request.isTraining ? { training: true } : {}),
    };
  }
  if (of === 'refuse')
    return {
      grounds: entered.grounds,
      ...(isHidden(entered) ? { true_grounds: entered.trueGrounds } : {}),
      ...(text === '' ? {} : { reason_text: text, language: entered.language }),
    };
  if (of === 'clarify') return { question: text, language: entered.language };
  if (of === 'access')
    return entered.access === 'indirectly'
      ? { access: entered.access, held_by: entered.heldBy, source: entered.source.trim() }
      : { access: entered.access };
  if (of === 'delay')
    return {
      authorisation: entered.stage,
      delay_reason: entered.delayReason,
      ...(entered.delayReason === 'other' ? { reason_text: text } : {}),
      authority: entered.authority.trim(),
      // The whole of that day, by UTC.
      expected_by: `${entered.expected}T23:59:59.000Z`,
    };
  if (of === 'reply') return { reply: text, language: entered.language };
  if (of === 'urgency') return { urgency: entered.urgency };
  if (of === 'doubt') return { doubt: entered.doubt };
  return { unit: entered.unit.trim() };
}

export function doingOf(of: Decision, entered: Entered, request: Request): Doing {
  const query = mayWait(of) && entered.second === 'ask' ? '?approver=*' : '';
  return { method: 'POST', path: `/api/v1/items/${encodeURIComponent(request.item)}/${paths[of]}${query}`, body: bodyOf(of, entered, request) };
}
