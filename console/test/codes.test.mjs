// Each code that the API or a message can hold has its word, and no word stands for a code that is none: docs/openapi.json decides.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { tables } from '../src/codes/words';

const { schemas } = JSON.parse(readFileSync(join(process.env.BESA_CONSOLE_ROOT, '../docs/openapi.json'), 'utf8')).components;

const of = (schema, member) => schemas[schema].properties[member].enum;
const among = (schema, member) => schemas[schema].properties[member].items.enum;
const lists = {
  role: of('session', 'role'),
  urgent: of('request_row', 'urgent'),
  state: of('request_row', 'state'),
  partner_says: of('item_shown', 'partner_says'),
  purpose: of('request', 'purpose'),
  offence: among('request', 'offences'),
  category: of('person', 'category'),
  sex: of('person', 'sex'),
  document: of('document', 'kind'),
  handling: among('marking', 'handling'),
  classification: of('marking', 'classification'),
  source_eval: of('marking', 'source_eval'),
  nature: of('marking', 'nature'),
  source_system: of('marking', 'source_system'),
  source_kind: of('item', 'source_kind'),
  permitted_action: of('marking', 'permitted_action'),
  special: among('marking', 'special_categories'),
  transfer: of('transfer', 'ground'),
  outcome: of('answer', 'outcome'),
  due_row: of('item_shown', 'due_row'),
  body_state: of('item_shown', 'body_state'),
  part_here: of('part_row', 'here'),
  channel: of('foreign_reference', 'channel'),
  record: of('crosscheck_record', 'what'),
  provision: of('spontaneous', 'provision'),
  info_eval: ['1', '2', '3', '4'], // of 4x4; the document gives its bounds
  match: null, // a text of the document: what is compared (src/match/ident.c, src/desk/match_key.c)
};

test('each table of codes has its list', () => assert.deepEqual(Object.keys(tables).sort(), Object.keys(lists).sort()));

for (const [name, list] of Object.entries(lists))
  if (list !== null) test(`${name}: as the document has it`, () => assert.deepEqual(Object.keys(tables[name]).sort(), [...list].sort()));
