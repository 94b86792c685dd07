import assert from 'node:assert/strict';
import test from 'node:test';
import { bags, isOfOurs, isProtected, itemsOf, partiesOf, rest, text, texts } from './read';

test('a member of another kind than it should be is not shown as that', () => {
  const body = { facts: ['a'], persons: 'x', offences: [1, 'arson', null], n: 4, empty: '' };
  assert.equal(text(body, 'facts'), undefined);
  assert.equal(text(body, 'empty'), undefined);
  assert.equal(text(body, 'n'), '4');
  assert.deepEqual(bags(body, 'persons'), []);
  assert.deepEqual(texts(body, 'offences'), ['arson']);
});

test('what this console does not know is not left unshown', () => {
  assert.deepEqual(rest({ facts: 'x', newer: { a: [1] }, plain: '\u202ex' }, ['facts']), [
    ['newer', '{"a":[1]}'],
    ['plain', '[U+202E]x'],
  ]);
});

test('whose log it is says who writes to whom', () => {
  assert.deepEqual(partiesOf('ro/ro-al/to/al/1'), { from: 'ro', to: 'al' });
  assert.equal(partiesOf('domestic'), null);
});

test('from each message there is a way back to where its request stands', () => {
  assert.ok(isOfOurs('request', 'ro/ro-al/to/al/0', 'ro') && isOfOurs('answer', 'al/ro-al/to/ro/0', 'ro'));
  assert.ok(!isOfOurs('request', 'al/ro-al/to/ro/0', 'ro') && !isOfOurs('answer', 'ro/ro-al/to/al/0', 'ro'));
  assert.ok(!isOfOurs('spontaneous', 'al/ro-al/to/ro/0', 'ro') && !isOfOurs('request', 'domestic', 'ro'));
});

test('protected people are known by their category or their age', () => {
  assert.ok(isProtected({ category: 'victim' }) && isProtected({ category: 'suspect', minor: true }));
  assert.ok(!isProtected({ category: 'suspect' }));
});

test('items lie in the body and in its small parts', () => {
  const parts = [{ kind: 'item', content: { text: {} } }, { kind: 'item' }, { kind: 'attachment', content: { no: 1 } }];
  assert.equal(itemsOf({ items: [{ person: {} }] }, parts).length, 2);
});
