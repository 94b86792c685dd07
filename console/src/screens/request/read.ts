// Reads a message's body, which a partner wrote: each member is taken only where it is what it should be, and what this console
// does not know is kept, so that nothing of a message is left unshown.
import { shown } from '../../core/shown';

export type Bag = Record<string, unknown>;

export function bag(value: unknown): Bag | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : null;
}

export function text(from: Bag, name: string): string | undefined {
  const value = from[name];
  return typeof value === 'string' && value !== '' ? shown(value) : typeof value === 'number' ? String(value) : undefined;
}

export function texts(from: Bag, name: string): string[] {
  const value = from[name];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string').map(shown) : [];
}

export function bags(from: Bag, name: string): Bag[] {
  const value = from[name];
  return Array.isArray(value) ? value.map(bag).filter((one): one is Bag => one !== null) : [];
}

/** Members that are none of `known`, as text. */
export function rest(from: Bag, known: readonly string[]): [string, string][] {
  return Object.entries(from)
    .filter(([name]) => !known.includes(name))
    .map(([name, value]) => [name, shown(typeof value === 'string' ? value : JSON.stringify(value))]);
}

/** Who wrote, to whom, whose log it is: "ro/ro-al/to/al/1" as docs/protocol.md names logs. */
export function partiesOf(log: string): { from: string; to: string } | null {
  const found = /^besa\/1\/([a-z0-9-]+)\/[a-z0-9-]+\/to\/([a-z0-9-]+)/.exec(log) ?? /^([a-z0-9-]+)\/.*\/to\/([a-z0-9-]+)/.exec(log);
  return found?.[1] === undefined || found[2] === undefined ? null : { from: found[1], to: found[2] };
}

/** Whether a message belongs to a request of ours: that request, or what the other side says to it. */
export function isOfOurs(type: string, log: string, party: string | undefined): boolean {
  const parties = partiesOf(log);
  if (parties === null || type === 'spontaneous') return false;
  return type === 'answer' ? parties.to === party : parties.from === party;
}

const PROTECTED = ['victim', 'witness', 'informant_person', 'missing_person', 'smuggled_migrant'];

export function isProtected(person: Bag): boolean {
  return person['minor'] === true || PROTECTED.includes(text(person, 'category') ?? '');
}

/** What is given with its marking: items of an answer lie in its body or in its small parts. */
export function itemsOf(body: Bag, parts: Bag[]): Bag[] {
  return [...bags(body, 'items'), ...parts.filter((part) => part['kind'] === 'item').map((part) => bag(part['content'])).filter((one): one is Bag => one !== null)];
}
