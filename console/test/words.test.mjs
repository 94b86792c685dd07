// The catalogue is whole: each word in three languages, each with the same values and all plural forms, each said somewhere; and
// no text stands in a view that is not in it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import test from 'node:test';
import ts from 'typescript';
import { build } from 'esbuild';

const root = process.env.BESA_CONSOLE_ROOT;
const src = join(root, 'src');
const languages = ['ro', 'sq', 'en'];
const all = readdirSync(src, { recursive: true, encoding: 'utf8' }).map((name) => join(src, name));
const catalogues = all.filter((name) => /(^|\.|\/)words\.ts$/.test(name) && !name.endsWith('core/words.ts') && !name.endsWith('codes/words.ts'));

async function load(file) {
  const made = await build({ entryPoints: [file], bundle: true, write: false, format: 'esm', platform: 'neutral', logLevel: 'silent' });
  return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString('base64')}`);
}

const forms = (text) => (typeof text === 'string' ? [text] : Object.values(text));
const values = (text) => [...new Set(forms(text).flatMap((one) => one.match(/\{\w+\}/g) ?? []))].sort();

function wordCheck(name, word) {
  assert.deepEqual(Object.keys(word).sort(), [...languages].sort(), `${name}: ro, sq and en`);
  for (const language of languages) {
    const text = word[language];
    for (const one of forms(text)) assert.ok(one.trim() !== '', `${name}, ${language}: empty`);
    assert.deepEqual(values(text), values(word.en), `${name}, ${language}: other values than in English`);
    // The older letters with a cedilla look the same and are not found by whoever searches.
    for (const one of forms(text)) assert.ok(!/[şţŞŢ]/.test(one), `${name}, ${language}: a cedilla where a comma belongs`);
    if (typeof text === 'string') continue;
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    assert.deepEqual(Object.keys(text).sort(), [...wanted].sort(), `${name}, ${language}: plural forms`);
  }
}

test('there are catalogues', () => assert.ok(catalogues.length >= 7));

for (const file of catalogues) {
  const where = relative(src, file);
  test(`${where}: each word is whole`, async () => {
    const { default: words } = await load(file);
    for (const [name, word] of Object.entries(words)) wordCheck(`${where} ${name}`, word);
  });
  test(`${where}: each word is said`, async () => {
    const { default: words } = await load(file);
    // Those who import it call it w.
    const beside = all.filter((name) => dirname(name) === dirname(file) && /\.tsx?$/.test(name) && name !== file);
    const users = beside.map((name) => readFileSync(name, 'utf8')).filter((text) => text.includes(`/${file.split('/').pop().replace(/\.ts$/, '')}'`));
    assert.ok(users.length > 0, `${where}: nobody imports it as w`);
    for (const name of Object.keys(words)) assert.ok(users.some((text) => new RegExp(`\\bw\\.${name}\\b`).test(text)), `${where}: nobody says ${name}`);
  });
}

test('codes: each word is whole', async () => {
  const { tables, steps, acts } = await load(join(src, 'codes/words.ts'));
  for (const [table, words] of Object.entries({ ...tables, steps, acts })) for (const [name, word] of Object.entries(words)) wordCheck(`${table} ${name}`, word);
});

/** Texts between tags, and in attributes that people are shown or told. */
function spoken(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true, ts.ScriptKind.TSX);
  const found = [];
  const visit = (node) => {
    if (ts.isJsxText(node)) found.push(node.text);
    if (ts.isJsxAttribute(node) && /^(aria-label|title|alt|placeholder|label|hint|error|name)$/.test(node.name.getText()) && node.initializer !== undefined && ts.isStringLiteral(node.initializer)) {
      const of = node.parent.parent.tagName.getText();
      if (!(node.name.getText() === 'name' && /^(input|textarea|select)$/.test(of))) found.push(node.initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.map((text) => text.trim()).filter((text) => /\p{L}{2}/u.test(text));
}

for (const file of all.filter((name) => name.endsWith('.tsx')))
  test(`${relative(src, file)}: says nothing that is not in the catalogue`, () => {
    // Names that are the same in every language.
    assert.deepEqual(spoken(file).filter((text) => !['Besa', 'SHA-256'].includes(text)), []);
  });
