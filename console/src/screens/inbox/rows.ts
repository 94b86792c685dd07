// The rows of the inbox: which are requests, which match what is looked for, which came anew.
import type { GivenRow, RequestRow, Requests } from '../../core/types';

export const filters = ['open', 'overdue', 'soon', 'urgent', 'unassigned', 'all'] as const;
export type Filter = (typeof filters)[number];

export function filterRead(text: string): Filter {
  return filters.find((one) => one === text) ?? 'open';
}

/** The query of a filter, as the API has it. */
export function queryOf(filter: Filter): string {
  const query = new URLSearchParams({ limit: '50' });
  if (filter === 'open' || filter === 'overdue' || filter === 'soon') query.set('state', filter);
  if (filter === 'urgent' || filter === 'unassigned') {
    query.set('state', 'open');
    query.set(filter, 'true');
  }
  return query.toString();
}

export function isGiven(row: RequestRow | GivenRow): row is GivenRow {
  return 'type' in row;
}

/** Letters as people type them at night: without marks and capitals. */
export function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase('en');
}

export function matches(row: RequestRow, looked: string, partner: string): boolean {
  const words = plain(looked).split(/\s+/).filter((word) => word !== '');
  const text = plain(`${row.reference} ${partner} ${row.unit ?? ''}`);
  return words.every((word) => text.includes(word));
}

/** How many requests of `now` were not in `before`. */
export function countFresh(before: Requests, now: Requests): number {
  const known = new Set(before.list.map((row) => row.item));
  return now.list.filter((row) => !isGiven(row) && !known.has(row.item)).length;
}

/** Pages one after the other: a row that moved between two is shown once. */
export function join(pages: Requests[]): (RequestRow | GivenRow)[] {
  const seen = new Set<string>();
  return pages.flatMap((page) => page.list).filter((row) => !seen.has(row.item) && seen.add(row.item));
}
