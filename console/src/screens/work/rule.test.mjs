import assert from 'node:assert/strict';
import test from 'node:test';
import { reasonFault } from './rule';

test('a reason says something and fits', () => {
  assert.equal(reasonFault('  \t'), 'needed');
  assert.equal(reasonFault('tură'), null);
  assert.equal(reasonFault('x'.repeat(400)), null);
  assert.equal(reasonFault('ă'.repeat(201)), 'long');
});
