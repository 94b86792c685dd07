import assert from 'node:assert/strict';
import test from 'node:test';
import { call, Problem, problemKind, sessionEnd, sessionLook } from './api';
import { isOffline, isTraining, session, sessionGone, work } from './state';

let asked;
function answers(status, body, headers = {}) {
  globalThis.fetch = async (path, init) => {
    asked = { path, ...init };
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  };
}
const who = { officer: 'ana', csrf: 'c'.repeat(64) };

test('each status has its next step', () => {
  const kinds = Object.fromEntries([400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 507].map((status) => [status, problemKind(status, 'about:blank')]));
  assert.deepEqual(kinds, {
    400: 'wrong', 401: 'over', 403: 'forbidden', 404: 'missing', 409: 'conflict', 410: 'gone', 422: 'wrong', 429: 'busy', 500: 'broken', 502: 'broken', 503: 'busy', 507: 'broken',
  });
  assert.equal(problemKind(403, 'urn:besa:step-up'), 'proof');
});

test('reason and case go with a call, as the API wants them written', async () => {
  work.value = { reason: 'tură de noapte, 100 %', caseNumber: 'k/7' };
  session.value = who;
  answers(200, {});
  await call('GET', '/api/v1/inbox', { automatic: true });
  assert.equal(asked.headers.get('X-Besa-Reason'), 'tur%C4%83%20de%20noapte%2C%20100%20%25');
  assert.equal(asked.headers.get('X-Besa-Case'), 'k%2F7');
  assert.equal(asked.headers.get('X-Besa-Automatic'), 'yes');
  assert.equal(asked.headers.get('X-Besa-CSRF'), null);
  await call('POST', '/api/v1/x', { body: {}, key: 'k' });
  assert.equal(asked.headers.get('X-Besa-CSRF'), who.csrf);
  assert.equal(asked.headers.get('X-Besa-Automatic'), null);
  assert.equal(asked.cache, 'no-store');
});

test('a problem keeps the words and the fields of the node', async () => {
  answers(422, { type: 'about:blank', detail: 'agreement ro-al/1, clause 4.2', problems: [{ field: '/x', kind: 'input', text: 'too long' }] });
  await assert.rejects(call('GET', '/'), (problem) => problem.kind === 'wrong' && problem.detail.includes('4.2') && problem.fields[0].field === '/x');
});

test('an answer that is none of the node is a problem, too', async () => {
  globalThis.fetch = async () => new Response('<html>', { status: 502 });
  await assert.rejects(call('GET', '/'), (problem) => problem instanceof Problem && problem.kind === 'broken');
});

test('a line that is down ends no session, and is over with the next answer', async () => {
  session.value = who;
  globalThis.fetch = async () => {
    throw new TypeError('failed');
  };
  await assert.rejects(call('GET', '/'), (problem) => problem.kind === 'offline');
  assert.ok(isOffline.value && session.value === who);
  answers(200, {}, { 'Besa-Training': 'yes' });
  await call('GET', '/');
  assert.ok(!isOffline.value && isTraining.value);
});

test('a session that is over is gone, and the piece of work stays for the same officer', async () => {
  session.value = who;
  work.value = { reason: 'r', caseNumber: '' };
  answers(401, {});
  await assert.rejects(call('GET', '/'));
  assert.deepEqual([session.value, sessionGone.value, work.value.reason], [null, 'over', 'r']);
  session.value = who;
  assert.equal(work.value.reason, 'r');
});

test('another officer begins with no reason, and log-out leaves none', () => {
  session.value = who;
  work.value = { reason: 'r', caseNumber: 'k' };
  sessionEnd('over');
  session.value = { ...who, officer: 'mihai' };
  assert.equal(work.value, null);
  work.value = { reason: 'r2', caseNumber: 'k' };
  sessionEnd('out');
  assert.equal(work.value, null);
  assert.equal(sessionStorage.getItem('besa-work'), null);
});

test('a look at the session that fails by the line says nothing about it', async () => {
  sessionGone.value = 'unknown';
  session.value = null;
  answers(503, {}, { 'Retry-After': '5' });
  await assert.rejects(sessionLook(false), (problem) => problem.kind === 'busy' && problem.retryS === 5);
  assert.equal(sessionGone.value, 'unknown');
  answers(401, {});
  await sessionLook(false);
  assert.equal(sessionGone.value, 'none');
});
