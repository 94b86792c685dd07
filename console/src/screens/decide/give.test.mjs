import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { empty } from './form';
import { dateIn, emptyGiven, givenLacks, givingBody, givingLacks, handlingOf } from './give';

const { schemas } = JSON.parse(readFileSync(join(process.env.BESA_CONSOLE_ROOT, '../docs/openapi.json'), 'utf8')).components;
const T = Date.parse('2026-01-31T10:00:00Z');
const request = { item: 'i', reference: 'AL-1', isUrgent: false, isTraining: true, party: 'ro', purpose: 'investigation', offences: ['arson'] };
const one = { ...emptyGiven(T), text: ' He was seen. ', nature: 'fact', sourceKind: 'register', sourceEval: 'B', infoEval: '2', handling: ['H1', 'H2'] };
const giving = {
  ...empty, outcome: 'partial', given: [one], toJudge: 'x', isDeclared: true, ground: 'art37_1b', instrument: 'I', article: '7', groundReview: '2026-06-01',
  groundReason: 'y', refused: 'h', refusedWhy: 'z',
};

test('nothing is evaluated, handled or grounded for the officer', () => {
  assert.deepEqual(givenLacks(emptyGiven(T)), ['text', 'nature', 'sourceKind', 'sourceEval', 'infoEval', 'handling']);
  assert.deepEqual(givingLacks(empty), ['outcome', 'toJudge', 'isDeclared', 'given']);
  assert.deepEqual(givingLacks(giving), []);
  assert.deepEqual(givingLacks({ ...giving, groundReason: '', refusedWhy: ' ', given: [one, emptyGiven(T)] }), ['given', 'groundReason', 'refusedWhy']);
});

test('what is sent has the members that the document wants, each thing with its whole marking', () => {
  const body = givingBody(giving, request, 'RO-9', ['id-1'], T);
  for (const member of Object.keys(body)) assert.ok(member in schemas.answer.properties, member);
  const [item] = body.items;
  const wants = (value, schema) => {
    for (const member of Object.keys(value)) assert.ok(member in schemas[schema].properties, `${schema}: ${member}`);
    for (const member of schemas[schema].required) assert.ok(member in value, `${schema} lacks ${member}`);
  };
  wants(item, 'item');
  wants(item.text, 'text');
  wants(item.text.marking, 'marking');
  wants(body.transfer, 'transfer');
  assert.equal(item.text.text, 'He was seen.');
  assert.equal(item.text.marking.erase_at, '2026-07-30T00:00:00.000Z');
  assert.deepEqual(body.refusals, [{ ground: 'h', reason: 'z' }]);
});

test('an answer in full refuses nothing, and one within the Union names no ground', () => {
  const body = givingBody({ ...giving, outcome: 'full', ground: '' }, request, 'RO-9', ['id-1'], T);
  assert.ok(!('refusals' in body) && !('transfer' in body));
});

test('H0 stands alone', () => {
  assert.deepEqual(handlingOf(['H1', 'H2'], ['H0', 'H1', 'H2']), ['H0']);
  assert.deepEqual(handlingOf(['H0'], ['H0', 'H1']), ['H1']);
  assert.deepEqual(handlingOf(['H1'], []), []);
});

test('days are those of the calendar', () => assert.equal(dateIn(90, Date.parse('2026-12-31T23:00:00Z')), '2027-03-31'));
