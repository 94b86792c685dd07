// Each code that the API or a message can hold has its word, and no word stands for a code that is none: docs/openapi.json decides.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { roles } from '../src/codes/roles';
import { acts, tables } from '../src/codes/words';

const document = JSON.parse(readFileSync(join(process.env.BESA_CONSOLE_ROOT, '../docs/openapi.json'), 'utf8'));
const { schemas } = document.components;

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
  sent_state: of('request_row', 'state'),
  approval: of('approval', 'state'),
  ground: of('refusal', 'ground'),
  access: of('access_arguments', 'access'),
  held_by: of('access_arguments', 'held_by'),
  declaration: Object.entries(schemas.request.properties).filter(([, one]) => /^Declared/.test(one.description)).map(([name]) => name),
  sent_elsewhere: document.paths['/api/v1/requests'].post.parameters.find((one) => one.name === 'elsewhere').schema.enum,
  script: of('name', 'script'),
  four_eyes: among('agreement_ruling', 'approvals'),
  delay_stage: of('delay_arguments', 'authorisation'),
  delay_reason: of('delay_arguments', 'delay_reason'),
  urgency: of('urgency_arguments', 'urgency'),
  doubt: of('urgency_doubt_arguments', 'doubt'),
  info_eval: ['1', '2', '3', '4'], // of 4x4; the document gives its bounds
  match: null, // a text of the document: what is compared (src/match/ident.c, src/desk/match_key.c)
};

test('each table of codes has its list', () => assert.deepEqual(Object.keys(tables).sort(), Object.keys(lists).sort()));

for (const [name, list] of Object.entries(lists))
  if (list !== null) test(`${name}: as the document has it`, () => assert.deepEqual(Object.keys(tables[name]).sort(), [...list].sort()));

const routes = Object.values(document.paths).flatMap((path) => Object.values(path));

test('who may do what is as the document has it', () => {
  for (const [act, list] of Object.entries(roles)) {
    const route = routes.find((one) => one['x-besa-act'] === act);
    assert.ok(route !== undefined, `${act} is no act of the API`);
    assert.deepEqual([...list].sort(), [...route['x-besa-roles']].sort(), act);
  }
});

test('each act that can wait for a second officer has its words', () => {
  const waiting = routes.filter((one) => /second officer/.test(one.responses['202']?.description ?? '')).map((one) => one['x-besa-act']);
  assert.ok(waiting.length > 10);
  for (const act of waiting) assert.ok(acts[act] !== undefined, act);
});
