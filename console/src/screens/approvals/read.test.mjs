import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { draftOf, draftRead, jsonBag } from './read';

const fields = ['answer-send', 'ana', 'c-1', 'noapte', '{"item":"x"}', '{"reference":"Ș"}'];
const bytes = Buffer.concat([
  Buffer.from('besa-approval/1\n'),
  ...fields.map((text) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([size, Buffer.from(text)]);
  }),
]);
const digest = (data) => createHash('sha256').update(data).digest('hex');

test('a draft is read from its bytes', async () => {
  const draft = await draftOf(bytes.toString('base64'), digest(bytes));
  assert.deepEqual(draft, { act: 'answer-send', officer: 'ana', caseNumber: 'c-1', reason: 'noapte', arguments: '{"item":"x"}', body: '{"reference":"Ș"}' });
});

test('bytes that are not those of the digest are no draft', async () => {
  const other = Buffer.from(bytes);
  other[20] ^= 1;
  assert.equal(await draftOf(other.toString('base64'), digest(bytes)), null);
});

test('a draft that is cut anywhere, or goes on, or is no text, is none', () => {
  for (let size = 0; size < bytes.length; size++) assert.equal(draftRead(bytes.subarray(0, size)), null);
  assert.equal(draftRead(Buffer.concat([bytes, Buffer.from('x')])), null);
  const bad = Buffer.from(bytes);
  bad[bytes.length - 3] = 0xff;
  assert.equal(draftRead(bad), null);
});

test('a text that is no object shows nothing', () => {
  assert.deepEqual(jsonBag('{"a":1}'), { a: 1 });
  for (const text of ['', '[1]', 'null', '{']) assert.equal(jsonBag(text), null);
});
