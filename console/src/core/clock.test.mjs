import assert from 'node:assert/strict';
import test from 'node:test';
import { at, left, localAt, span } from './clock';
import { language } from './words';

const T = Date.parse('2026-03-29T00:30:00Z'); // half an hour before Romania's clock goes forward
const from = '2026-03-28T20:30:00Z';

test('the two largest units are said', () => {
  assert.equal(span(0.9), '0 min');
  assert.equal(span(59), '59 min');
  assert.equal(span(65), '1 h 05 min');
  assert.equal(span(1440 * 6 + 61), '6 d 1 h');
});

test('a limit runs, is soon in its last quarter, is overdue from the first moment on', () => {
  const of = (due) => left({ due, from }, T);
  assert.deepEqual([of('2026-03-29T04:30:00Z').kind, of('2026-03-29T04:30:00Z').share], ['runs', 0.5]);
  assert.equal(of('2026-03-29T01:49:00Z').kind, 'soon');
  assert.equal(of('2026-03-29T00:29:59Z').kind, 'overdue');
  assert.match(of('2026-03-28T23:25:00Z').text, /overdue by 1 h 05 min/);
});

test('no limit, a suspended one and an answered one are said, and never look like time', () => {
  for (const limit of [{}, { suspended: from }, { due: from, isAnswered: true }]) {
    const said = left(limit, T);
    assert.ok(said.text !== '' && !/\d/.test(said.text) && said.share === 0);
  }
  assert.notEqual(left({}, T).text, left({ suspended: from }, T).text);
});

test('a time without the moment it runs from is told without a guess at its bar', () => {
  assert.equal(left({ due: '2026-03-29T00:40:00Z' }, T).share, 1);
});

test('times are of this desk, in its language, with its zone', () => {
  const said = {};
  for (const one of ['en', 'ro', 'sq']) {
    language.value = one;
    said[one] = at('2026-01-31T23:05:00Z');
  }
  language.value = 'en';
  // How a zone is called is the browser's to say.
  const plain = Object.fromEntries(Object.entries(said).map(([one, text]) => [one, text.replace(/ (EET|GMT\+2)$/, ' zone')]));
  assert.deepEqual(plain, { en: '01 Feb 2026, 01:05 zone', ro: '01 feb. 2026, 01:05 zone', sq: '01 shk 2026, 01:05 zone' });
  assert.equal(localAt('2026-01-31T23:05'), '31 Jan 2026, 23:05');
  assert.equal(localAt('later'), 'later');
});
