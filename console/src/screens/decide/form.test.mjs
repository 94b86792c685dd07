import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { decisionRead, decisions, doingOf, empty, wanted } from './form';

const { paths, components } = JSON.parse(readFileSync(join(process.env.BESA_CONSOLE_ROOT, '../docs/openapi.json'), 'utf8'));
const request = { item: 'i', reference: 'AL-1', isUrgent: true, isTraining: true, party: 'ro', purpose: 'investigation', offences: [] };
const filled = {
  ...empty, reference: ' RO-9 ', handling: 'H1', stage: 'applied', delayReason: 'other', authority: 'Court', expected: '2026-03-01', urgency: 'kept', grounds: ['a'], text: ' why ', access: 'indirectly', heldBy: 'public_authority', source: 'Register', doubt: 'ground_does_not_fit', unit: 'border',
  outcome: 'full', toJudge: 'x', isDeclared: true, ids: ['a'],
  given: [{ text: 'x', nature: 'fact', sourceKind: 'register', sourceEval: 'B', infoEval: '2', handling: ['H0'], asOf: '2026-01-01', reviewAt: '2026-02-01', eraseAt: '2026-03-01' }],
};

test('nothing goes before what is wanted is there', () => {
  assert.deepEqual(decisions.map((one) => wanted(one, empty)), [['reference', 'handling', 'outcome', 'toJudge', 'isDeclared', 'given'], ['reference', 'handling'], ['grounds', 'text'], ['text'], ['access'], ['stage', 'delayReason', 'authority', 'expected'], ['doubt'], ['unit'], ['text'], ['urgency']]);
  assert.deepEqual(decisions.flatMap((one) => wanted(one, filled)), []);
  assert.deepEqual(wanted('refuse', { ...empty, grounds: ['under_agreement'] }), ['trueGrounds']);
  assert.deepEqual(wanted('access', { ...empty, access: 'indirectly', source: ' ' }), ['heldBy', 'source']);
  assert.equal(decisionRead('delete'), null);
});

test('each act has a route, and its body the members that the document knows and no others', () => {
  for (const one of decisions) {
    const { method, path, body } = doingOf(one, filled, request);
    const route = paths[path.replace('/i/', '/{id}/').replace(/\?.*/, '')]?.[method.toLowerCase()];
    assert.ok(route !== undefined, path);
    const [, name] = /([a-z_]+)$/.exec(route.requestBody.content['application/json'].schema.$ref);
    const schema = components.schemas[name];
    for (const member of Object.keys(body)) assert.ok(member in schema.properties, `${name} has no ${member}`);
    for (const member of schema.required ?? []) assert.ok(member in body, `${name} lacks ${member}`);
    assert.equal(path.includes('?approver=*'), one !== 'assign');
  }
});

test('what was meant for the domestic log alone is with its ground and nowhere else', () => {
  const truth = { ...filled, trueGrounds: ['l'] };
  assert.ok(!('true_grounds' in doingOf('refuse', truth, request).body));
  assert.deepEqual(doingOf('refuse', { ...truth, grounds: ['under_agreement'] }, request).body.true_grounds, ['l']);
});

test('what belongs to another choice is not sent', () => {
  assert.deepEqual(doingOf('access', { ...filled, access: 'directly' }, request).body, { access: 'directly' });
  assert.ok(!doingOf('clarify', { ...filled, second: 'none' }, request).path.includes('approver'));
});
