import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { bodyOf, changed, empty, isDone, mayBegin, nextTask, queryOf, referenceOf, saidOf, taskOf, tasks, wanted } from './form';
import { codesOf, emptyName, emptyPerson, personBody, personLacks, personTaken } from './personform';

const { schemas } = JSON.parse(readFileSync(join(process.env.BESA_CONSOLE_ROOT, '../docs/openapi.json'), 'utf8')).components;
const sender = { party: 'ro', isTraining: true };
const person = {
  ...emptyPerson('01890a5d-ac96-774b-bcce-b302099a8057', Date.parse('2026-01-31T10:00:00Z')), category: 'suspect', link: ' drove ', nature: 'fact', sourceSystem: 'national', sourceEval: 'B',
  infoEval: '2', handling: ['H3'], handlingNote: 'ask', classification: 'unclassified', names: [{ ...emptyName, family: ' محمد ', script: 'arabic' }], isMinor: true,
  birthDate: '1984-07', birthCountry: 'al', nationalities: 'al, RO', documents: [{ kind: 'passport', number: ' ZZ1 ', country: 'al' }],
};
const whole = {
  ...empty, agreement: 'a', urgent: 'yes', urgencyGround: 'threat_life', urgencyReason: 'cold', authority: 'SPOC', address: 'Street 1', reference: ' RO-1 ', asked: ' who ', facts: 'f', believed: 'b',
  purpose: 'investigation', offences: ['migrant_smuggling'], persons: [person], language: 'ro', handling: ['H3'], handlingNote: 'n', classification: 'unclassified', isElsewhere: 'yes',
  elsewhere: [{ channel: 'siena', reference: ' S-1 ' }], declared: ['necessary_and_proportionate', 'believed_available', 'no_death_penalty'], groundIs: 'other',
  ground: { ground: 'art61_treaty', instrument: 'i', article: '7', review_at: '2026-06-01T00:00:00.000Z' }, begunMs: Date.parse('2026-01-31T10:00:00Z'),
};

test('each task wants its own, and the ground comes last', () => {
  for (const one of tasks) {
    assert.deepEqual(wanted(one, whole), [], one);
    assert.equal(isDone(one, empty), false, one);
  }
  assert.equal(mayBegin('ground', { ...whole, asked: ' ' }), false);
  assert.equal(mayBegin('ground', { ...whole, groundIs: '' }), true);
  assert.equal(nextTask('whom', empty), 'what');
  assert.equal(nextTask('ground', { ...whole, persons: [] }), 'persons');
  assert.equal(nextTask('ground', whole), 'check');
});

test('nobody is said, and missing persons alone need no offence', () => {
  assert.equal(isDone('persons', { ...whole, persons: [] }), false);
  assert.equal(isDone('persons', { ...whole, persons: [], isNobody: true }), true);
  assert.equal(isDone('what', { ...whole, offences: [] }), false);
  assert.equal(isDone('what', { ...whole, offences: [], purpose: 'missing_persons' }), true);
  assert.equal(isDone('elsewhere', { ...whole, declared: whole.declared.slice(1) }), false);
  assert.equal(isDone('elsewhere', { ...whole, elsewhere: [{ channel: '', reference: 'x' }] }), false);
});

test('the body has members of the document, all that it wants, and no more', () => {
  const fits = (value, schema, at) => {
    for (const name of Object.keys(value)) assert.ok(schema.properties[name] !== undefined, `${at} ${name}`);
    for (const name of schema.required) assert.ok(value[name] !== undefined && value[name] !== '', `${at} lacks ${name}`);
  };
  for (const each of [whole, { ...whole, urgent: 'no', isElsewhere: 'no', handling: ['H0'], groundIs: 'none', persons: [] }]) {
    const body = bodyOf(each, sender);
    fits(body, schemas.request, 'request');
    for (const one of body.persons) {
      fits(one, schemas.person, 'person');
      fits(one.marking, schemas.marking, 'marking');
      for (const name of one.names) fits(name, schemas.name, 'name');
      for (const document of one.documents) fits(document, schemas.document, 'document');
    }
    for (const one of body.foreign_references ?? []) fits(one, schemas.foreign_reference, 'foreign_reference');
    if (body.transfer !== undefined) fits(body.transfer, schemas.transfer, 'transfer');
  }
  const plain = bodyOf({ ...whole, urgent: 'no', isElsewhere: 'no', handling: ['H0'], groundIs: 'none' }, { ...sender, isTraining: false });
  for (const name of ['urgency_ground', 'urgency_reason', 'foreign_references', 'handling_note', 'transfer', 'training']) assert.equal(plain[name], undefined, name);
  assert.deepEqual(bodyOf(whole, sender).persons[0].names, [{ family: 'محمد', script: 'arabic' }]);
  assert.deepEqual(bodyOf(whole, sender).persons[0].nationalities, ['AL', 'RO']);
});

test('a person of the case keeps what the form does not have, but its ground and its id', () => {
  const record = {
    ...personBody(person, { party: 'al', entered: whole }), sex: 'male', phones: ['+355 69'],
  };
  Object.assign(record.marking, { third_party: 'it', third_party_restriction: 'not onward', origin_party: 'al', transfer: { ground: 'art38_1a' }, special_categories: ['health'], purpose: 'detection' });
  const taken = personTaken(record, 3, 'new');
  assert.deepEqual(personLacks(taken), []);
  const again = personBody(taken, { party: 'ro', entered: whole });
  assert.equal(again.sex, 'male');
  assert.deepEqual(again.phones, ['+355 69']);
  assert.equal(again.marking.third_party_restriction, 'not onward');
  assert.deepEqual(again.marking.special_categories, ['health']);
  assert.equal(again.marking.origin_party, 'al');
  assert.equal(again.marking.purpose, 'detection');
  assert.equal(again.marking.id, 'new');
  assert.equal(again.marking.transfer, undefined);
  assert.equal(again.link_to_purpose, 'drove');
});

test('a person has a name with its script, or is unidentified', () => {
  assert.deepEqual(personLacks({ ...person, names: [emptyName] }), ['names']);
  assert.deepEqual(personLacks({ ...person, names: [emptyName], category: 'unidentified' }), []);
  assert.deepEqual(personLacks({ ...person, names: [{ ...emptyName, family: 'x' }] }), ['names']);
  assert.deepEqual(personLacks({ ...person, documents: [{ kind: 'passport', number: ' ', country: '' }] }), ['documents']);
  assert.deepEqual(codesOf('al, RO  al'), ['AL', 'RO']);
});

test('the ground was confirmed for one agreement and one authority', () => {
  assert.deepEqual(changed(whole, { authority: 'Other' }), { authority: 'Other', groundIs: '', ground: null });
  assert.deepEqual(changed(whole, { authority: whole.authority, asked: 'x' }), { authority: whole.authority, asked: 'x' });
});

test('as a draft, or at once', () => {
  assert.equal(queryOf(whole, false), 'agreement=a&elsewhere=yes');
  assert.equal(queryOf(whole, true), 'agreement=a&elsewhere=yes&approver=*');
});

test('what the node says of a field stands at it', () => {
  const errors = [{ field: '/persons/0/marking/handling', kind: 'input', text: 'no' }, { field: '/asked', kind: 'input', text: 'long' }];
  assert.equal(saidOf(errors, 'asked'), 'long');
  assert.equal(saidOf(errors, 'persons', '0', 'marking', 'handling'), 'no');
  assert.equal(saidOf(errors, 'persons', '1'), undefined);
  assert.equal(taskOf('/persons/0/marking/transfer'), 'ground');
  assert.equal(taskOf('/persons/0/marking/handling'), 'persons');
  assert.equal(taskOf('/nowhere'), null);
  // Every member that a person can enter has its task.
  for (const name of Object.keys(schemas.request.properties))
    if (!['case_reference', 'refers_to', 'officer', 'approved_by', 'training', 'parts', 'attachments'].includes(name)) assert.notEqual(taskOf(`/${name}`), null, name);
});

test('a reference of our own fits its field', () => {
  assert.equal(referenceOf('c-1', Date.parse('2026-01-31T10:05:00Z')), 'c-1/2601311005');
  assert.ok(referenceOf('x'.repeat(64), 0).length <= 64);
});
