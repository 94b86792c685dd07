import assert from 'node:assert/strict';
import test from 'node:test';
import { countFresh, filterRead, filters, join, matches, queryOf } from './rows';

const row = (item, more = {}) => ({ item, reference: `AL-${item}`, partner: 'al', ...more });
const page = (...items) => ({ list: items.map((one) => row(one)), counts: {} });

test('each filter asks what the API has for it', () => {
  assert.deepEqual(filters.map((one) => queryOf(one)), [
    'limit=50&state=open',
    'limit=50&state=overdue',
    'limit=50&state=soon',
    'limit=50&state=open&urgent=true',
    'limit=50&state=open&unassigned=true',
    'limit=50',
  ]);
  assert.equal(filterRead('nonsense'), 'open');
});

test('rows are found as people type at night', () => {
  const one = row('1', { reference: 'Çelë/2026-Ș', unit: 'border-1' });
  assert.ok(matches(one, '', 'Albania'));
  assert.ok(matches(one, 'cele s', 'Albania'));
  assert.ok(matches(one, 'ALBANIA border', 'Albania'));
  assert.ok(!matches(one, 'celery', 'Albania'));
  assert.ok(!matches(one, '.*', 'Albania'));
});

test('a row that moved between two pages is shown once, and what came is counted', () => {
  assert.deepEqual(join([page('1', '2'), page('2', '3')]).map((one) => one.item), ['1', '2', '3']);
  assert.equal(countFresh(page('1', '2'), page('3', '1', '4')), 2);
  assert.equal(countFresh(page('1'), { list: [{ ...row('9'), type: 'spontaneous' }] }), 0);
});
