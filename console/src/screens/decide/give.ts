// An answer that gives texts: facts and assessments, each with its marking (docs/messages.md). Persons as records, files, and what came from
// another system or provider are not written here.
import type { Request } from './form';

export type Given = {
  text: string;
  nature: string;
  sourceKind: string;
  sourceEval: string;
  infoEval: string;
  handling: string[];
  asOf: string; // dates as the browser has them: 2026-01-31
  reviewAt: string;
  eraseAt: string;
};

export type Giving = {
  outcome: string;
  given: Given[];
  toJudge: string;
  isDeclared: boolean;
  ground: string; // of the transfer; empty: it does not leave the Union
  instrument: string;
  article: string;
  groundReview: string;
  groundReason: string;
  refused: string; // of a part: the ground, and why
  refusedWhy: string;
};

const DAY_MS = 86_400_000;
export function dateIn(days: number, nowMs: number): string {
  return new Date(nowMs + days * DAY_MS).toISOString().slice(0, 10);
}

/** What is proposed of the times is what a request without result is kept for; the node refuses more than the agreement has. */
export function emptyGiven(nowMs: number): Given {
  return {
    text: '', nature: '', sourceKind: '', sourceEval: '', infoEval: '', handling: [], asOf: dateIn(0, nowMs), reviewAt: dateIn(90, nowMs),
    eraseAt: dateIn(180, nowMs),
  };
}

export const emptyGiving: Giving = {
  outcome: '', given: [], toJudge: '', isDeclared: false, ground: '', instrument: '', article: '', groundReview: '', groundReason: '', refused: '',
  refusedWhy: '',
};

export function givenLacks(one: Given): (keyof Given)[] {
  return (Object.keys(one) as (keyof Given)[]).filter((name) => (name === 'handling' ? one.handling.length === 0 : one[name].trim() === ''));
}

/** H0 stands alone: what was chosen last decides. */
export function handlingOf(before: string[], now: string[]): string[] {
  const added = now.find((one) => !before.includes(one));
  if (added === 'H0') return ['H0'];
  return now.length > 1 ? now.filter((one) => one !== 'H0') : now;
}

export function givingLacks(giving: Giving): (keyof Giving)[] {
  const must: (keyof Giving)[] = ['outcome', 'toJudge', 'isDeclared', 'given'];
  if (giving.ground !== '') must.push('instrument', 'article', 'groundReview');
  if (giving.ground === 'art37_1b') must.push('groundReason');
  if (giving.outcome === 'partial') must.push('refused', 'refusedWhy');
  return must.filter((name) => {
    const value = giving[name];
    if (name === 'given') return giving.given.length === 0 || giving.given.some((one) => givenLacks(one).length > 0);
    return typeof value === 'string' ? value.trim() === '' : value === false;
  });
}

const time = (date: string): string => `${date}T00:00:00.000Z`;

function itemOf(one: Given, request: Request, id: string, reference: string, nowMs: number): Record<string, unknown> {
  return {
    source_kind: one.sourceKind,
    text: {
      marking: {
        id,
        type: 'text',
        schema_version: 1,
        origin_party: request.party,
        origin_ref: reference,
        source_system: 'national',
        purpose: request.purpose,
        offences: request.offences,
        source_eval: one.sourceEval,
        info_eval: Number(one.infoEval),
        nature: one.nature,
        handling: one.handling,
        classification: 'unclassified',
        as_of: time(one.asOf),
        recorded_at: new Date(nowMs).toISOString(),
        recorded_by: 'officer',
        review_at: time(one.reviewAt),
        erase_at: time(one.eraseAt),
      },
      text: one.text.trim(),
    },
  };
}

/** Members of the answer's body beside those that every answer has. `ids`: one for each thing, the same when it is tried again. */
export function givingBody(giving: Giving, request: Request, reference: string, ids: string[], nowMs: number): Record<string, unknown> {
  return {
    outcome: giving.outcome,
    items: giving.given.map((one, at) => itemOf(one, request, ids[at] ?? '', reference, nowMs)),
    to_judge: giving.toJudge.trim(),
    no_death_penalty: giving.isDeclared,
    ...(giving.outcome === 'partial' ? { refusals: [{ ground: giving.refused, reason: giving.refusedWhy.trim() }] } : {}),
    ...(giving.ground === ''
      ? {}
      : {
          transfer: {
            ground: giving.ground,
            instrument: giving.instrument.trim(),
            article: giving.article.trim(),
            review_at: time(giving.groundReview),
            ...(giving.groundReason.trim() === '' ? {} : { reason: giving.groundReason.trim() }),
          },
        }),
  };
}
