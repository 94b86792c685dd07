import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { kinds } from './kinds';

test('each kind of alarm that the API has says what it is', () => {
  const { schemas } = JSON.parse(readFileSync(join(process.env.BESA_CONSOLE_ROOT, '../docs/openapi.json'), 'utf8')).components;
  assert.deepEqual(Object.keys(kinds).sort(), [...schemas.alarm_row.properties.alarm.enum].sort());
});
