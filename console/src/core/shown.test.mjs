import assert from 'node:assert/strict';
import test from 'node:test';
import { safeName } from './save';
import { shown } from './shown';

test('what turns the writing round or is not seen is written out', () => {
  assert.equal(shown('\u202etxt.exe\u202c'), '[U+202E]txt.exe[U+202C]');
  assert.equal(shown('a\u0000b\u0085\ufeff\u2066c'), 'a[U+0000]b[U+0085][U+FEFF][U+2066]c');
  assert.equal(shown('\u{e0041}'), '[U+E0041]');
});

test('letters, lines and the marks of scripts stay', () => {
  const text = 'Ștefăniță Çelë Љубица محمد\u200fعبد \u200dא\u05b8\n\ttab';
  assert.equal(shown(text), text);
  assert.equal(shown('a\r\nb'), 'a\nb');
});

test('a file is saved under a name and nothing else', () => {
  assert.equal(safeName('../../.bashrc'), '_.._.bashrc');
  assert.equal(safeName('\u202etxt.exe'), 'txt.exe');
  assert.equal(safeName('..'), 'besa-file');
  assert.equal(safeName('a<b>"c.pdf'), 'a_b__c.pdf');
  assert.equal(safeName('x'.repeat(300)).length, 200);
});
