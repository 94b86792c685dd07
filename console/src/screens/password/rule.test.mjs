import assert from 'node:assert/strict';
import test from 'node:test';
import { isLongEnough } from './rule';

test('twelve bytes to 256, as the node counts them', () => {
  assert.ok(!isLongEnough('elevenchars') && isLongEnough('twelve chars'));
  assert.ok(isLongEnough('șșșșșș'));
  assert.ok(isLongEnough('x'.repeat(256)) && !isLongEnough('ș'.repeat(129)));
});
