// Words: what the console says, in the officer's language. Each folder keeps its own in words.ts; a word without one of the three
// languages does not compile, and test/words.test.mjs finds what nobody says.
import { effect, signal } from '@preact/signals';

export const languages = ['ro', 'sq', 'en'] as const;
export type Language = (typeof languages)[number];

/** A text, or one for each plural form of the language that `{n}` needs. `{name}` stands for a value. */
export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type Word = Record<Language, Text>;

const KEPT = 'besa-language';

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  const wanted = [kept ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2));
  return languages.find((one) => one === wanted.find((tag) => languages.some((l) => l === tag))) ?? 'en';
}

export const language = signal<Language>(typeof document === 'undefined' ? 'en' : first());

effect(() => {
  if (typeof document === 'undefined') return;
  document.documentElement.lang = language.value;
  localStorage.setItem(KEPT, language.value);
});

export type Values = Record<string, string | number>;

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The word in one language; `n` among the values chooses the plural form. */
export function sayIn(spoken: Language, word: Word, values: Values = {}): string {
  const text = word[spoken];
  if (typeof text === 'string') return fill(text, values);
  const form = new Intl.PluralRules(spoken).select(Number(values['n'] ?? 0));
  return fill(text[form] ?? text.other ?? '', values);
}

/** The word in the officer's language. */
export function say(word: Word, values: Values = {}): string {
  return sayIn(language.value, word, values);
}
