import assert from 'node:assert/strict';
import test from 'node:test';
import { filterRead, filters, isReturned, queryOf } from './rows';

test('each filter asks what the API has for it', () => {
  assert.deepEqual(filters.map(queryOf), ['limit=50&state=open', 'limit=50&state=overdue', 'limit=50&state=answered', 'limit=50']);
  assert.equal(filterRead('soon'), 'open');
});

test('what was not sent after all is no request that waits', () => assert.ok(isReturned({ state: 'returned' }) && !isReturned({ state: 'on its way' })));
