import assert from 'node:assert/strict';
import test from 'node:test';
import { warningOf } from './session';

const T = Date.parse('2026-01-31T10:00:00Z');
const session = (untilMin, endsMin) => ({ until: new Date(T + untilMin * 60_000).toISOString(), ends: new Date(T + endsMin * 60_000).toISOString() });

test('the officer hears before the desk locks, and before the eight hours are over', () => {
  assert.equal(warningOf(session(15, 400), T), null);
  assert.deepEqual(warningOf(session(2, 400), T), { kind: 'idle', minutes: 2 });
  assert.deepEqual(warningOf(session(9, 9), T), { kind: 'total', minutes: 9 });
  assert.deepEqual(warningOf(session(-1, 400), T), { kind: 'idle', minutes: 0 });
});
