// A code in the officer's language. One that this console does not know, of a newer node, is shown as it is.
import { say } from '../core/words';
import { acts, steps, tables } from './words';

export type CodeTable = keyof typeof tables;

export function code(table: CodeTable, value: string | number): string {
  const words: Record<string, Parameters<typeof say>[0]> = tables[table];
  const word = Object.hasOwn(words, value) ? words[value] : undefined;
  return word === undefined ? String(value) : say(word);
}

export function act(name: string): string {
  const word = Object.hasOwn(acts, name) ? acts[name] : undefined;
  return word === undefined ? name : say(word);
}

export function step(what: string): string {
  const word = Object.hasOwn(steps, what) ? steps[what] : undefined;
  return word === undefined ? what : say(word);
}
