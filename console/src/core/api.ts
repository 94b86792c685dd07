// The API: the console's only door. Each call bears the session's token and the reason and case of the piece of work.
import { clockTell, isOffline, isTraining, session, sessionGone, work } from './state';
import type { ProblemField, Session } from './types';

/** What became of a call, by what the officer can do about it. */
export type ProblemKind =
  | 'offline' // no answer: the line or the node
  | 'over' // the session
  | 'forbidden'
  | 'proof' // the password once more
  | 'missing'
  | 'gone' // erased
  | 'wrong' // what was entered
  | 'conflict'
  | 'busy'
  | 'broken'; // the node's own fault

export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly detail: string,
    readonly status = 0,
    readonly fields: ProblemField[] = [],
    readonly retryS = 0,
  ) {
    super(detail);
  }
}

export function problemKind(status: number, type: string): ProblemKind {
  if (status === 401) return 'over';
  if (status === 403) return type.includes('step-up') ? 'proof' : 'forbidden';
  if (status === 404) return 'missing';
  if (status === 410) return 'gone';
  if (status === 409) return 'conflict';
  if (status === 429 || status === 503) return 'busy';
  return status >= 500 ? 'broken' : 'wrong';
}

async function problemOf(answer: Response): Promise<Problem> {
  let told: Record<string, unknown> = {};
  try {
    told = (await answer.json()) as Record<string, unknown>;
  } catch {
    // what stands between, not the node, has answered
  }
  const fields = Array.isArray(told['problems']) ? (told['problems'] as ProblemField[]) : [];
  const kind = problemKind(answer.status, String(told['type'] ?? ''));
  return new Problem(kind, String(told['detail'] ?? ''), answer.status, fields, Number(answer.headers.get('Retry-After')) || 0);
}

export type CallOptions = {
  body?: unknown;
  /** The page asks by itself: no officer did this, and it keeps no session alive. */
  automatic?: boolean;
  /** For what must not be done twice. */
  key?: string;
};

function headersOf(method: string, options: CallOptions): Headers {
  const headers = new Headers({ Accept: 'application/json' });
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  if (options.automatic) headers.set('X-Besa-Automatic', 'yes');
  if (options.key !== undefined) headers.set('Idempotency-Key', options.key);
  if (method !== 'GET' && session.value !== null) headers.set('X-Besa-CSRF', session.value.csrf);
  if (work.value !== null) {
    headers.set('X-Besa-Reason', encodeURIComponent(work.value.reason));
    if (work.value.caseNumber !== '') headers.set('X-Besa-Case', encodeURIComponent(work.value.caseNumber));
  }
  return headers;
}

/** The answer as it comes; a Problem for everything but success. */
export async function ask(method: string, path: string, options: CallOptions = {}): Promise<Response> {
  let answer: Response;
  try {
    const init: RequestInit = {
      method,
      headers: headersOf(method, options),
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    };
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    answer = await fetch(path, init);
  } catch {
    isOffline.value = true;
    throw new Problem('offline', '');
  }
  isOffline.value = false;
  isTraining.value = answer.headers.get('Besa-Training') === 'yes';
  clockTell(answer.headers.get('Date'));
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  if (problem.kind === 'over' && session.value !== null) sessionEnd('over');
  throw problem;
}

/** A call whose answer is an object, or nothing (204). */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const answer = await ask(method, path, options);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export function sessionEnd(why: 'over' | 'out'): void {
  session.value = null;
  sessionGone.value = why;
  if (why === 'out') work.value = null;
}

/** Looks whether there is a session; `isUse`: an officer is at work, and it lives on. */
export async function sessionLook(isUse: boolean): Promise<void> {
  try {
    session.value = await call<Session>('GET', '/api/v1/session', { automatic: !isUse });
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (problem.kind === 'over' && sessionGone.value === 'unknown') sessionGone.value = 'none';
    else if (problem.kind !== 'over' && sessionGone.value === 'unknown') throw problem;
  }
}

/** A fresh Idempotency-Key: one for each thing that an officer means to do, kept while it is tried again. */
export function keyMake(): string {
  return crypto.randomUUID();
}
